"""Do the tests test? Faults are put into the code one by one, and each has to make a test fail.

``python -m tests.mutation`` is the one command; ``docs/assurance.md`` has what it last said. The faults are those of mutmut
(``pip install mutmut``, no part of what the other tests need). Its own way of running them starts pytest anew for each, which takes seconds
with a suite of this size; here a process that has collected the tests is forked for each, which takes milliseconds.

What counts is never caught by chance: some faults that change nothing are tried first, and every catch is gone through again without its
fault (``trials``). ``reviewed`` lists the faults that nobody can notice; they count as not caught all the same.
"""
