"""Every page of the inbox."""

from django.urls import path, re_path

from chengshu.hub.inbox.pages import case, operations, printing, start, task, work

KEY = r"(?P<key>[a-z][a-z0-9_.]{0,99})/"

urlpatterns = [
    path("", work.show_work, name="work"),
    path("counts/", work.show_counts, name="counts"),
    path("together/", work.do_together, name="together"),
    path("file/", start.show_services, name="start"),
    re_path(rf"^file/{KEY}$", start.file_case, name="file"),
    re_path(rf"^file/{KEY}draft/$", start.save_start, name="save_start"),
    re_path(rf"^file/{KEY}discard/$", start.discard_start, name="discard_start"),
    path("tasks/<int:task_id>/", task.show_task, name="task"),
    path("tasks/<int:task_id>/complete/", task.complete, name="complete"),
    path("tasks/<int:task_id>/draft/", task.save_step, name="save_step"),
    path("tasks/<int:task_id>/<slug:act>/", task.act_on_task, name="act_on_task"),
    path("cases/<int:case_id>/", case.show_case, name="case"),
    path("cases/<int:case_id>/receipt/", start.receipt, name="receipt"),
    path("cases/<int:case_id>/diagram/", case.diagram, name="diagram"),
    path("cases/<int:case_id>/documents/<int:attachment_id>/", case.attachment, name="attachment"),
    path("cases/<int:case_id>/file.<slug:file_format>", printing.print_case, name="case_file"),
    path("cases/<int:case_id>/<slug:act>/", case.act_on_case, name="act_on_case"),
    path("operations/", operations.show_operations, name="operations"),
    path("operations/jobs/<int:job_id>/retry/", operations.retry_job, name="retry_job"),
    path("operations/cases/<int:case_id>/retry/", operations.retry_case, name="retry_case"),
    path("operations/cards/<int:card_id>/answer/", operations.answer_card, name="answer_card"),
]
