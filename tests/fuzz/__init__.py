"""Fuzzer of skinfo: awful tables and settings; an answer, or a clear ValueError or TypeError.

    python tests/fuzz CASES [--seed S|today] [--only TARGETS] [--case TARGET:I] [--jobs 2]

prints one line for each kind of failure, shrunk, with the command that repeats it. The exit status
is 1 if there was one. A failure is

    crash       an exception that is neither ValueError nor TypeError
    unclear     one that is, raised below skinfo or naming no argument
    death       of the process
    hang        more than ten seconds of the processor, or two minutes, for a case
    changed     an input is not what it was
    warning     one that a user cannot act on
    invariant   a promise of the documentation that does not hold
    last bits   the same, by less than 1e-9
    number      NaN or infinity in what is documented as a number
    fuzzer      an exception in the fuzzer itself

Modules: `columns`, `frames` and `tables` draw tables, targets y and weights, `settings` draws
parameters; a `Case` (`cases`) is shrunk and run, its `Log` (`log`) tells what fails; `workers` run
cases in processes of their own, `__main__` hands them out and reports. `invariants` has the
promises that several targets share.

What is fuzzed is a target, an entry of a `TARGETS` table of a module that `targets` lists:

    TARGETS = {"binner": Target(make, check)}

`make(rng)` draws a `Case`: `rows`, what has one entry for each row (a `Table`, arrays, lists,
series, None), `params`, settings that may each be left out, and `fixed`, anything else.
`check(log, case, **inputs)` gets rows and fixed, with tables in their containers, and

    outcome = log.call("fit", estimator.fit, X, y)      # .ok, .value, .refused; faults are logged
    log.need("bits are not negative", holds, detail)    # or log.equal(promise, a, b)
    log.finite("mutual_info_", value)
    if case.chance("n_jobs", 0.3):                      # by the name, so that it stays when shrunk
    case.rng("row order").permutation(n)

A message must name an argument of the function that is called, or a parameter of the estimator:
call that, not a lambda about it. The inputs are compared with what they were when check is done.
A case takes some 20 ms: expensive promises are for a share of the cases (`chance`), and
`Target(make, check, share=0.1)` is run a tenth as often.
"""
