from greenhouse_sandbox.api.v3 import resources_account, resources_jobs, resources_people

RESOURCES = (
    *resources_jobs.RESOURCES,
    *resources_people.RESOURCES,
    *resources_account.RESOURCES,
    *resources_account.EMPTY,
)
