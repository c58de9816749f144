"""Addresses of the assessment and of the results handed over."""

from django.urls import path

from shuangkong.web.assessments import acts, views

urlpatterns = [
    path("assessments", views.show_list, name="assessments"),
    path("assessments/start", acts.start, name="start-assessment"),
    path("assessments/<int:cycle>", views.show_cycle, name="assessment"),
    path("assessments/<int:cycle>/act", acts.act, name="act-on-assessment"),
    path("assessments/<int:cycle>/freeze", acts.freeze, name="freeze-assessment"),
    path("assessments/<int:cycle>/frozen", views.show_frozen, name="frozen-assessment"),
    path("assessments/<int:cycle>/export", acts.export, name="export-assessment"),
    path("assessments/<int:cycle>/hand-over", acts.hand_over, name="hand-over-assessment"),
    path("assessments/<int:cycle>/appeals/<int:appeal>", acts.answer, name="answer-appeal"),
    path("assessments/<int:cycle>/evidence/<int:evidence>", views.send_evidence, name="self-evaluation-evidence"),
    path("assessments/<int:cycle>/<str:jurisdiction>", views.show_sheet, name="score-sheet"),
    path("assessments/<int:cycle>/<str:jurisdiction>/self-evaluation", acts.evaluate, name="self-evaluation"),
    path("assessments/<int:cycle>/<str:jurisdiction>/sign", acts.sign, name="sign-self-evaluation"),
    path("assessments/<int:cycle>/<str:jurisdiction>/<str:item>/judge", acts.judge, name="judge-line"),
    path("assessments/<int:cycle>/<str:jurisdiction>/<str:item>/appeal", acts.appeal, name="appeal"),
    path("results", views.show_results, name="results"),
    path("results/<int:cycle>/bundle", views.send_bundle, name="result-bundle"),
    path("results/<int:cycle>/receipt", acts.receive, name="result-receipt"),
]
