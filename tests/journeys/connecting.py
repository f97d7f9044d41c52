"""Steps of whoever signs in at the side that pages, and comes back with a service linked."""

from tests.browser.site import PASSWORD
from tests.journeys.houses import Scene
from tests.journeys.steps import ELSEWHERE
from tocsin.domain.monitoring.far_server import SCOPES
from tocsin.usecases.monitoring.connecting import BACK
from tocsin.web.apps.scope_words import told

CLIENT = "Eyes"


async def register_app(scene: Scene, tool: str) -> tuple[str, str]:
    """Register the side that watches as the app of a tool, and read its id and its secret."""
    hands = scene.hands
    await hands.open(f"{scene.there.url}/apps")
    await hands.follow("New app")
    await hands.fill("Name", CLIENT)
    await hands.fill("Redirect addresses", scene.here.url + BACK)
    await hands.choose("Connects as", tool)
    for scope in SCOPES:
        await hands.tick(told(scope))
    await hands.press("Register the app")
    await hands.sees("This is the only time that it is shown")
    return await hands.read_key("Client ID"), await hands.read_key("Client secret")


async def sign_out_there(scene: Scene) -> None:
    """Let the side that pages ask who it is."""
    if not scene.is_one_house:
        await scene.hands.press("Account of Ann")
        await scene.hands.press("Sign out")


async def add_server(scene: Scene, client_id: str, secret: str) -> None:
    """Say as which app we are known over there."""
    hands = scene.hands
    await hands.choose("Server", "This server" if scene.is_one_house else ELSEWHERE)
    await hands.fill("Base URL", "" if scene.is_one_house else scene.there.url)
    await hands.fill("Client ID", client_id)
    await hands.fill("Client secret", secret)
    await hands.press("Add server")


async def sign_in_and_allow(scene: Scene) -> None:
    """Go over there, say who one is, and let the app act."""
    hands = scene.hands
    await hands.press("Sign in")
    if not scene.is_one_house:
        await hands.fill("E-mail", scene.start.ann.email)
        await hands.fill("Password", PASSWORD)
        await hands.press("Sign in")
    await hands.sees(f"Let {CLIENT} act for you?")
    assert hands.address.startswith(scene.there.url)
    await hands.press("Allow")
    await hands.sees(f"{CLIENT} asks to send its alerts here.")


async def choose_new_service(scene: Scene, name: str, policy: str) -> None:
    """Make a service for the app, and finish."""
    hands = scene.hands
    await hands.tick("A new service")
    await hands.fill("Name", name)
    await hands.choose("Escalation policy", policy)
    await finish(scene)


async def finish(scene: Scene) -> None:
    """Finish, and be back."""
    await scene.hands.press("Finish integration")
    await scene.hands.sees("is connected")
    assert scene.hands.address.startswith(scene.here.url)
