"""One conformance suite per port. An adapter is finished when it passes the suite of its port.

A suite is a class of async tests over a harness: the adapter, and the other side as a test sees and steers it. Inherit
it and give the fixture that it names:

    class TestMyMail(MailSuite):
        @pytest.fixture
        async def mail(self) -> AsyncIterator[MailHarness]: ...
"""
