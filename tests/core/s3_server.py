"""A real S3 server on 127.0.0.1, in a thread, that fails on demand."""

import re
from collections.abc import Iterable
from threading import Lock, Thread
from typing import Any
from uuid import uuid4

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

KEY_ID = "key-id"
SECRET = "secret"
REGION = "ru-central1"


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
        """A test's output is for failures."""


class S3Server:
    """Answers 503 to what `failing` matches, written as `POST /bucket/key?query`."""

    def __init__(self) -> None:
        self.failing: re.Pattern[str] | None = None
        self._application = DomainDispatcherApplication(create_backend_app)
        self._one_at_a_time = Lock()
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        asked = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}?{environ['QUERY_STRING']}"
        if self.failing and self.failing.search(asked):
            start_response("503 Slow Down", [("Content-Length", "0")])
            return ()
        # The fake checks a condition and acts on it in two steps; a real S3 does that in one.
        with self._one_at_a_time:
            answer: Iterable[bytes] = self._application(environ, start_response)
            return answer


class Bucket:
    """A new bucket, as its owner sees it."""

    def __init__(self, url: str) -> None:
        self.name = f"files-{uuid4().hex}"
        self._client = boto3.client(
            "s3", endpoint_url=url, region_name=REGION, aws_access_key_id=KEY_ID, aws_secret_access_key=SECRET
        )
        self._client.create_bucket(Bucket=self.name, CreateBucketConfiguration={"LocationConstraint": REGION})

    def keys(self) -> set[str]:
        return {found["Key"] for found in self._client.list_objects_v2(Bucket=self.name).get("Contents", [])}

    def unfinished(self) -> int:
        """Uploads in parts that were neither completed nor given up."""
        return len(self._client.list_multipart_uploads(Bucket=self.name).get("Uploads", []))

    def close(self) -> None:
        self._client.close()
