"""The mailbox in the browser: a list, a mail in both its parts, and /messages.json."""

from datetime import datetime

from flask import Flask, Response, abort, jsonify, render_template

from goodword.demo.mailbox.store import Store


def create_app(store: Store) -> Flask:
    """The web application over a store."""
    app = Flask(__name__, template_folder="templates", static_folder=None)

    @app.template_filter()
    def moment(received_at: str) -> str:
        return datetime.fromisoformat(received_at).strftime("%a %-d %b, %H:%M UTC")

    @app.get("/")
    def index() -> str:
        return render_template("index.html", messages=list(reversed(store.all())))

    @app.get("/messages.json")
    def messages() -> Response:
        return jsonify([message.public() for message in store.all()])

    @app.get("/<int:number>/")
    def show(number: int) -> str:
        message = store.get(number)
        if message is None:
            abort(404, "There is no mail of this number.")
        return render_template("message.html", message=message)

    @app.get("/<int:number>/html")
    def html(number: int) -> Response:
        message = store.get(number)
        if message is None:
            abort(404, "There is no mail of this number.")
        response = Response(message.html, mimetype="text/html")
        # a mail is shown as a mail program would: its styles, none of its scripts, links open outside the frame
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups "
            "allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
        )
        return response

    return app
