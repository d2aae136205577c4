"""What stands on paper is text, whoever wrote it."""

from app import printing


def test_names_from_strangers_stay_text() -> None:
    html = printing.as_html(("Name", "USD"), [("<img src=x onerror=alert(1)>", "$1.00"), ("All", "$1.00")], numbers=(1,), whole=True)
    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert html.count("<tr") == 3
    assert '<tr class="whole">' in html
    assert html.count('class="number"') == 3


def test_a_region_is_not_broken_and_a_long_id_is() -> None:
    html = printing.as_html(("Region", "Resource"), [("ap-southeast-2", "arn:aws:lambda:us-east-1:1:function:x")], numbers=())
    assert '<td class="short">ap-southeast-2</td><td class="long">arn' in html
