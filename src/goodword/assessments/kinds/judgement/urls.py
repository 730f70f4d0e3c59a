from django.urls import URLPattern, URLResolver, path

from goodword.assessments.kinds.judgement.views import JUDGEMENT, expert, panel, sets, situation

_SETS = "library/judgement/"
_SET = f"{_SETS}<int:pk>/"
_SITUATION = f"{_SET}edit/situation/<slug:situation_id>/"

member_urls: list[URLPattern | URLResolver] = [
    path(f"{_SETS}new/", sets.new, name="judgement_new"),
    path(_SET, sets.page, name="judgement"),
    path(f"{_SET}duplicate/", sets.duplicate, name="judgement_duplicate"),
    path(f"{_SET}open-text/", sets.open_text, name="judgement_open_text"),
    path(f"{_SET}begin/", JUDGEMENT.begin_view(), name="judgement_begin"),
    path(f"{_SET}edit/", sets.edit, name="judgement_edit"),
    path(f"{_SET}edit/details/", sets.details, name="judgement_details"),
    path(f"{_SET}edit/discard/", JUDGEMENT.discard_view(), name="judgement_discard"),
    path(f"{_SET}edit/publish/", sets.publish, name="judgement_publish"),
    path(f"{_SET}edit/situation/new/", situation.new, name="judgement_situation_new"),
    path(_SITUATION, situation.change, name="judgement_situation"),
    path(f"{_SITUATION}move/", situation.move, name="judgement_situation_move"),
    path(f"{_SITUATION}remove/", situation.remove, name="judgement_situation_remove"),
    path(f"{_SET}edit/languages/", sets.add_translation, name="judgement_language_add"),
    path(f"{_SET}edit/languages/<slug:language>/", sets.translate, name="judgement_language"),
    path(
        f"{_SET}edit/languages/<slug:language>/remove/",
        sets.remove_translation,
        name="judgement_language_remove",
    ),
]

_PANEL = f"{_SET}edit/panel/"

member_urls += [
    path(_PANEL, panel.panel, name="judgement_panel"),
    path(f"{_PANEL}invite/", panel.invite, name="judgement_panel_invite"),
    path(f"{_PANEL}key/", panel.take_key, name="judgement_panel_key"),
    path(f"{_PANEL}leave-out/<slug:action_id>/", panel.leave_out, name="judgement_panel_leave_out"),
    path(f"{_PANEL}<int:expert_pk>/remind/", panel.remind, name="judgement_panel_remind"),
    path(f"{_PANEL}<int:expert_pk>/remove/", panel.remove, name="judgement_panel_remove"),
]

public_urls = [
    path("e/<token>/", expert.home, name="expert"),
    path("e/<token>/<int:number>/", expert.situation, name="expert_situation"),
    path("e/<token>/decline/", expert.decline, name="expert_decline"),
    path("e/<token>/data/", expert.data, name="expert_data"),
]
