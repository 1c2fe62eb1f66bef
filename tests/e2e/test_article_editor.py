"""The editor of articles in a real browser: what is pasted, and pictures."""

import base64
import re

import pytest
from playwright.sync_api import Browser, Page

from knowledge.models import ArticleFile
from tests.conftest import Cast
from tests.e2e.web import needs_chromium
from tests.knowledge.support import publish

pytestmark = [needs_chromium, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
# As a spreadsheet and a word processor put it on the clipboard.
PASTED = """<html><body><h1 style="color:red">Vaiheet</h1><p>Lue <b>taulukko</b>.</p><script>x()</script>
<table border=1 onclick="x()"><tr><th>Koodi</th><th>Merkitys</th></tr><tr><td>E-203</td><td>Anturi</td></tr></table>
</body></html>"""
COPY = """([html]) => {
  const given = { "text/html": html, "text/plain": "Vaiheet" };
  const blobs = Object.entries(given).map(([type, text]) => [type, new Blob([text], { type })]);
  return navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
}"""
DROP = """([data, name, type]) => {
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  document.querySelector("trix-editor").editor.insertFile(new File([bytes], name, { type }));
}"""


@pytest.fixture
def page(acme: Cast, web: int, browser: Browser) -> Page:
    acme.tenant.knowledge_on = True
    acme.tenant.save()
    with acme.scope():
        article = publish(acme, "Paine laskee", "Avaa ilmausruuvi.")
    page, base = browser.new_page(), f"http://{acme.tenant.host}:{web}"
    cookies = acme.client("aino").cookies
    page.context.add_cookies([{"name": name, "value": each.value, "url": base} for name, each in cookies.items()])
    page.goto(f"{base}/knowledge/{article.pk}/edit/")
    page.wait_for_selector("trix-editor")
    return page


def save(page: Page) -> str:
    page.get_by_role("button", name="Save the draft and look at it").click()
    page.wait_for_url(re.compile(r"/knowledge/\d+/\?"))
    return page.locator("main").inner_html()


def test_a_table_is_pasted_as_a_table_and_nothing_else_of_its_page(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("trix-editor").click()
    page.evaluate(COPY, [PASTED])
    page.keyboard.press("Control+End")
    page.keyboard.press("Control+V")
    page.wait_for_selector("trix-editor table")
    shown = save(page)

    assert re.search(r"<table>.*<th>Koodi</th>.*<td>Anturi</td>.*</table>", shown, re.DOTALL)
    assert "Lue <strong>taulukko</strong>" in shown
    for foreign in ("onclick", "x()", "color:red"):
        assert foreign not in shown


def test_a_picture_is_kept_where_it_stands_and_anything_else_is_told(acme: Cast, page: Page) -> None:
    page.evaluate(DROP, [base64.b64encode(b"%PDF-1.4").decode(), "ohje.pdf", "application/pdf"])
    page.get_by_text("Only pictures stand in the text.").wait_for()
    page.evaluate(DROP, [base64.b64encode(PIXEL).decode(), "ruuvi.png", "image/png"])
    page.wait_for_selector("trix-editor img[src*='/knowledge/files/']")
    shown = save(page)

    with acme.scope():
        (kept,) = ArticleFile.objects.all()
    assert (kept.name, kept.is_picture) == ("ruuvi.png", True)
    picture = page.locator(f"main img[src*='/{kept.pk}/']")
    assert picture.evaluate("image => image.complete && image.naturalWidth") == 1, shown


def test_a_picture_that_the_server_refuses_is_told_and_taken_out(page: Page) -> None:
    page.route("**/files/", lambda route: route.abort())
    page.evaluate(DROP, [base64.b64encode(PIXEL).decode(), "ruuvi.png", "image/png"])

    page.get_by_text("The picture could not be kept.").wait_for()
    assert page.locator("trix-editor img").count() == 0
