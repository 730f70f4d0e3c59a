"""Members and types of Harvest v1 responses in Greenhouse's published examples.

From https://github.com/grnhse/greenhouse-api-docs, November 2026. Any value may also be null. A name refers to another
shape here; `map` is an object with custom members; `any` is null in every example.
"""

SHAPES = {
    "activity_feed": (
        "{notes:[note] emails:[email_in_feed] activities:[{id:int created_at:str subject:str body:str "
        "user:user_in_short}]}"
    ),
    "application": (
        "{id:int candidate_id:int prospect:bool applied_at:str rejected_at:str last_activity_at:str "
        "location:{address:str} source:{id:int public_name:str} credited_to:user_in_short recruiter:user_in_short "
        "coordinator:user_in_short rejection_reason:typed rejection_details:{custom_fields:map "
        "keyed_custom_fields:map} jobs:[named] job_post_id:int status:str current_stage:named "
        "answers:[{question:str answer:str}] prospective_office:embedded_office "
        "prospective_department:embedded_department prospect_detail:{prospect_pool:named prospect_stage:named "
        "prospect_owner:named} custom_fields:map keyed_custom_fields:map attachments:[file]}"
    ),
    "attachment": "{filename:str url:str type:str content_type:str}",
    "candidate": (
        "{id:int first_name:str last_name:str company:str title:str created_at:str updated_at:str "
        "last_activity:str is_private:bool photo_url:any attachments:[file] application_ids:[int] "
        "phone_numbers:[typed_value] addresses:[typed_value] email_addresses:[typed_value] "
        "website_addresses:[typed_value] social_media_addresses:[{value:str}] recruiter:user_in_short "
        "coordinator:user_in_short can_email:bool tags:[str] applications:[application] educations:[education] "
        "employments:[employment] linked_user_ids:[int] custom_fields:map keyed_custom_fields:map}"
    ),
    "changed_opening": "{success:str}",
    "close_reason": "{id:int name:str}",
    "converted": "{success:bool old_application_id:int new_application_id:int new_job_id:int new_stage_id:int}",
    "custom_field": (
        "{id:int name:str active:bool field_type:str priority:int value_type:str private:bool required:bool "
        "require_approval:bool trigger_new_version:bool name_key:str description:str expose_in_job_board_api:bool "
        "api_only:bool offices:[office] departments:[department] template_token_string:str "
        "custom_field_options:[custom_field_option]}"
    ),
    "custom_field_option": "{id:int name:str priority:int external_id:str}",
    "deleted": "{message:str}",
    "department": (
        "{id:int name:str parent_id:int parent_department_external_id:str child_ids:[int] "
        "child_department_external_ids:[str] external_id:str}"
    ),
    "department_tree": "{id:int name:str children:[department_tree] external_id:str}",
    "education": "{id:int school_name:str discipline:str degree:str start_date:str end_date:str}",
    "eeoc": (
        "{application_id:int candidate_id:int race:{id:int description:str} gender:{id:int description:str} "
        "veteran_status:{id:int message:str} disability_status:{id:int description:str} submitted_at:str}"
    ),
    "email": "{id:int created_at:str subject:str body:str to:str from:str cc:[str] user:user_in_short}",
    "email_in_feed": "{id:int created_at:str subject:str body:str to:str from:str cc:str user:user_in_short}",
    "embedded_department": "{id:int name:str parent_id:int child_ids:[int] external_id:str}",
    "embedded_office": (
        "{id:int name:str location:{name:str} primary_contact_user_id:int parent_id:int child_ids:[int] "
        "external_id:str}"
    ),
    "embedded_opening": (
        "{id:int opening_id:str status:str opened_at:str closed_at:str application_id:int close_reason:named}"
    ),
    "employment": "{id:int company_name:str title:str start_date:str end_date:str}",
    "file": "{filename:str url:str type:str created_at:str}",
    "hiring_team": (
        "{hiring_managers:[{user_id:int active:bool}] recruiters:[{user_id:int active:bool responsible:bool}] "
        "coordinators:[{user_id:int active:bool responsible:bool}] sourcers:[{user_id:int active:bool}]}"
    ),
    "interview": (
        "{id:int application_id:int external_event_id:str start:{date_time:str} end:{date_time:str} "
        "location:str video_conferencing_url:str status:str created_at:str updated_at:str "
        "interview:named organizer:user_in_short interviewers:[{id:int employee_id:str name:str email:str "
        "response_status:str scorecard_id:int}]}"
    ),
    "job": (
        "{id:int name:str requisition_id:str notes:str confidential:bool status:str created_at:str opened_at:str "
        "closed_at:str updated_at:str is_template:bool copied_from_id:int departments:[embedded_department] "
        "offices:[embedded_office] custom_fields:map keyed_custom_fields:map "
        "hiring_team:{hiring_managers:[user_in_short] recruiters:[responsible_user] "
        "coordinators:[responsible_user] sourcers:[user_in_short]} openings:[embedded_opening]}"
    ),
    "job_permission": "{id:int job_id:int user_role_id:int}",
    "job_post": (
        "{id:int title:str location:{id:int name:str office_id:any job_post_custom_location_id:int "
        "job_post_location_type:named} internal:bool external:bool active:bool live:bool first_published_at:str "
        "job_id:int content:str internal_content:str updated_at:str created_at:str "
        "demographic_question_set_id:int questions:[{required:bool private:bool label:str name:str type:str "
        "values:[{value:int label:str}] description:str}]}"
    ),
    "job_stage": (
        "{id:int name:str created_at:str updated_at:str job_id:int priority:int interviews:[{id:int name:str "
        "schedulable:bool estimated_minutes:int default_interviewer_users:[user_in_short] interview_kit:{id:int "
        "content:str questions:[{id:int question:str}]}}] active:bool}"
    ),
    "named": "{id:int name:str}",
    "new_openings": "{openings:[{id:int opening_id:str open_date:str}]}",
    "note": "{id:int created_at:str body:str user:user_in_short private:bool visiblity:str visibility:str}",
    "offer": (
        "{id:int version:int application_id:int job_id:int candidate_id:int opening:embedded_opening "
        "created_at:str updated_at:str sent_at:str resolved_at:str starts_at:str status:str custom_fields:map "
        "keyed_custom_fields:map}"
    ),
    "office": (
        "{id:int name:str location:{name:str} primary_contact_user_id:int parent_id:int "
        "parent_office_external_id:str child_ids:[int] external_id:str child_office_external_ids:[str]}"
    ),
    "office_tree": (
        "{id:int name:str location:{name:str} primary_contact_user_id:int external_id:str children:[office_tree]}"
    ),
    "opening": (
        "{id:int opening_id:str status:str opened_at:str closed_at:str application_id:int close_reason:named "
        "custom_fields:map keyed_custom_fields:map}"
    ),
    "plain_user": (
        "{id:int name:str first_name:str last_name:str primary_email_address:str updated_at:str created_at:str "
        "disabled:bool site_admin:bool emails:[str] employee_id:str linked_candidate_ids:[int] offices:[office] "
        "departments:[department]}"
    ),
    "prospect_pool": "{id:int name:str active:bool prospect_stages:[named]}",
    "reason_changed": "{id:int message:str success:bool}",
    "rejection_reason": "{id:int name:str type:named}",
    "removed": "{success:bool message:str}",
    "responsible_user": "{id:int first_name:str last_name:str name:str employee_id:str responsible:bool}",
    "school": "{id:int name:str priority:int}",
    "scorecard": (
        "{id:int updated_at:str created_at:str interview:str interview_step:named candidate_id:int "
        "application_id:int interviewed_at:str submitted_by:user_in_short interviewer:user_in_short "
        "submitted_at:str overall_recommendation:str attributes:[{name:str type:str note:str rating:str}] "
        "ratings:{definitely_not:[str] no:[str] mixed:[str] yes:[str] strong_yes:[]} questions:[{id:int "
        "question:str answer:str}]}"
    ),
    "source": "{id:int name:str type:named}",
    "tag": "{id:int name:str}",
    "typed": "{id:int name:str type:named}",
    "typed_value": "{value:str type:str}",
    "user": (
        "{id:int name:str first_name:str last_name:str primary_email_address:str updated_at:str created_at:str "
        "disabled:bool site_admin:bool emails:[str] employee_id:str linked_candidate_ids:[int] offices:[office] "
        "departments:[department] custom_fields:map keyed_custom_fields:map}"
    ),
    "user_in_short": "{id:int first_name:str last_name:str name:str employee_id:str}",
    "user_role": "{id:int type:str name:str}",
}
