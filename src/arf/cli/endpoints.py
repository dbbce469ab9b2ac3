"""`arf doctor --endpoints`: what is wrong with an endpoint, before a run asks it."""

from collections.abc import Iterator

from arf.cli.findings import Finding
from arf.cli.roles import Roles, served
from arf.llm.endpoint import Endpoint, LlmParams
from arf.params import load_section
from arf.train.params import Student
from arf.write.providers import EndpointStudent


def endpoints_findings() -> Iterator[Finding]:
    """Asks each role's endpoint for a token, and says what of personal data would leave."""
    from arf.probe import probe

    roles = load_section("roles", Roles)
    asked, elsewhere = False, []
    for name in Roles.model_fields:
        role = getattr(roles, name).root
        if not isinstance(role, Endpoint):
            continue
        asked = True
        if role.mode == "file":
            yield Finding("note", f"roles.{name}: its questions go into files; nobody is asked")
            continue
        if isinstance(role, EndpointStudent):
            first = next(iter(load_section("students", dict[str, Student])), "student")
            role = served(role, first)
        for state, text in probe(role, name):
            yield Finding(state, text)
        if not role.is_loopback:
            elsewhere.append(name)
            if role.key is not None and role.base_url.startswith("http:"):
                yield Finding("note", f"roles.{name}: its key and texts travel in clear over http")
    if not asked:
        yield Finding("note", "no role asks an endpoint; arf profile list shows sets that do")
    if elsewhere:
        yield _privacy(load_section("llm", LlmParams), ", ".join(elsewhere))


def _privacy(llm: LlmParams, names: str) -> Finding:
    """Says what of personal data leaves for the endpoints of some roles."""
    from arf.llm.privacy import Pseudonymiser

    if not llm.pseudonymise:
        return Finding("note", f"{names}: personal data leaves as it is (llm.pseudonymise)")
    privacy = Pseudonymiser(llm.names)
    missing = f"; not {', '.join(privacy.missing)} (llm.names)" if privacy.missing else ""
    return Finding("ok", f"{names}: replaced are {', '.join(privacy.kinds)}{missing}")
