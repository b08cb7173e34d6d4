"""Conformance classes: the rules that the core relies on, as tests to inherit.

A subclass gives fixtures (``spec``, ``config``, …) and must not replace a test. One that cannot hold is marked::

    class TestVane(SourceConformance):
        @pytest.mark.xfail(reason="the vendor's library keeps one thread for good")
        def test_starting_and_stopping_leaks_nothing(self, *fixtures):
            super().test_starting_and_stopping_leaks_nothing(*fixtures)
"""
