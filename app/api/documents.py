"""The routes' own documentation: Swagger UI, whose files this server has, so that the page calls nobody else."""

from importlib.resources import files
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse

ASSETS = "/api/assets"
_NAMES = Literal["swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"]
_OWN_ONLY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
)

router = APIRouter(include_in_schema=False)


@router.get("/api/docs")
@router.get("/docs")
def documents(request: Request) -> HTMLResponse:
    """The page over /api/openapi.json. The browser is told to ask nobody but this server."""
    page = get_swagger_ui_html(
        openapi_url=request.app.openapi_url,
        title="Spendscope's API",
        swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{ASSETS}/favicon.png",
        swagger_ui_parameters={"validatorUrl": None},
    )
    page.headers["Content-Security-Policy"] = _OWN_ONLY
    return page


@router.get(f"{ASSETS}/{{name}}")
def asset(name: _NAMES) -> FileResponse:
    """A file of Swagger UI, as the package fastapi-offline carries it."""
    return FileResponse(str(files("fastapi_offline") / "static" / name), headers={"Cache-Control": "max-age=86400"})
