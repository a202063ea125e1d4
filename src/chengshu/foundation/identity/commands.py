"""Accounts: list them, and restore somebody's way in at the console of the server."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from chengshu.foundation.asking import asking, system
from chengshu.foundation.identity import actions
from chengshu.foundation.identity.first_accounts import OneTimeAccount, open_vacant_posts
from chengshu.foundation.identity.models import Account
from chengshu.foundation.identity.passwords import one_time_password
from chengshu.foundation.identity.queries import account_by_username

cli = typer.Typer(help="Accounts and their ways in.", no_args_is_help=True)

Username = Annotated[str, typer.Argument(help="The user name of the account.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@cli.command("list")
def list_accounts(as_json: AsJson = False) -> None:
    """Every account with its state."""
    with asking(system("operator", "cli")):
        rows = [_row(account) for account in Account.objects.order_by("username")]
    if as_json:
        _print_json(rows)
        return
    for row in rows:
        typer.echo(f"{row['username']:<28} {row['state']:<10} {row['title']}")


@cli.command("open-posts")
def open_posts(
    units: Annotated[list[str], typer.Argument(help="Keys of units, such as service-centre.")],
    as_json: AsJson = False,
) -> None:
    """Open an account for every post of these units that nobody holds, and print the one-time passwords."""
    with asking(system("operator", "cli")):
        opened = [account for key in units for account in open_vacant_posts(key)]
    _tell(opened, as_json)


@cli.command("open")
def open_one(
    username: Username,
    title: Annotated[str, typer.Option(help="How the account is called on pages.")] = "",
    as_json: AsJson = False,
) -> None:
    """Open an account without a post, as citizens and companies have one, and print its one-time password."""
    password = one_time_password()
    with asking(system("operator", "cli")):
        account = actions.open_account(username=username, title=title or username, password=password)
    _tell([OneTimeAccount(account.username, account.title, password)], as_json)


@cli.command("reset-password")
def reset_password(username: Username, as_json: AsJson = False) -> None:
    """Print a one-time password; its holder must change it at once. Ends every session of the account."""
    with asking(system("operator", "cli")):
        password = actions.reset_password(account=account_by_username(username))
    if as_json:
        _print_json({"username": username, "password": password})
    else:
        typer.echo(password)


@cli.command("reset-second-factor")
def reset_second_factor(username: Username, as_json: AsJson = False) -> None:
    """Forget the second factor of somebody who lost it. Ends every session of the account."""
    with asking(system("operator", "cli")):
        actions.reset_second_factor(account=account_by_username(username))
    if as_json:
        _print_json({"username": username, "second_factor": False})
    else:
        typer.echo(f"{username} sets up a new second factor at the next sign-in, if its duties ask for one.")


def _tell(opened: list[OneTimeAccount], as_json: bool) -> None:
    if as_json:
        _print_json([asdict(account) for account in opened])
        return
    for account in opened:
        typer.echo(f"{account.username:<44} {account.password:<24} {account.title}")
    if not opened:
        typer.echo("Every post is held already.")


def _row(account: Account) -> dict[str, object]:
    state = "disabled" if not account.is_active else "locked" if account.is_locked else "active"
    return {
        "username": account.username,
        "title": account.title,
        "state": state,
        "second_factor": account.has_second_factor,
        "must_change_password": account.must_change_password,
    }


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
