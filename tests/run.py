#!/usr/bin/python3
# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the tests: a real smbd, units and modules, the linter, the package, Debian 13.

What: tests/{smbd,tool,domain}/test_*.py, build/tests/{unit,module}/test_*,
buildtools/lint, and at the end what PARTS names.  Prints a line a test, and last
"N passed, N failed" on a line of its own.

How: the script runs itself again inside a mount namespace with accounts and a
Samba state of its own (see lib/sandbox.py).  Each test is a process with a time
limit; at its end all that it started is ended as well, before its files go.

How it fails: exit 1 if a test failed, or anything was left behind; exit 2 if
there is nothing to run yet.
"""

import argparse
import glob
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(HERE, 'lib'))
sys.dont_write_bytecode = True

import cmocka  # noqa: E402
import harness  # noqa: E402
import processes  # noqa: E402
import sandbox  # noqa: E402
import server  # noqa: E402

TIME_LIMIT = 120
DOMAIN_TIME_LIMIT = 480  # of all its tests: it is made once for them
PATIENCE = 10
# For who has changed a line: something of each kind, in less than a minute.
QUICK = (r'^(lint|unit|module|shares|share_encryption|server_encryption|'
         r'min_protocol|logons|joined|own_objects|broken_gates|offers|'
         r'tool_check|tool_explain|tool_documents)\b')
# What is run after the tests, in systems that it makes.
PARTS = {'packages': 'packages/run.py', 'trixie': 'matrix/beside.py'}
MODULES = [os.path.join(harness.STAGE, name)
           for name in ('smbguard.so', 'vfs/smbguard.so')]


def parse_arguments():
    parser = argparse.ArgumentParser(description='Run the tests of smbguard.')
    parser.add_argument('-k', metavar='PATTERN', default='',
                        help='only tests whose name matches this expression')
    parser.add_argument('--quick', action='store_const', dest='k', const=QUICK,
                        help='the tests of a minute: -k ' +
                        QUICK.replace('%', '%%'))
    parser.add_argument('-v', action='store_true',
                        help='show what passing tests printed')
    parser.add_argument('-j', metavar='N', type=int, default=2,
                        help='tests at a time [%(default)s]')
    parser.add_argument('-l', action='store_true', help='list the tests')
    parser.add_argument('--valgrind', action='store_true',
                        help='run the unit tests under valgrind')
    return parser.parse_args()


# A job is (name, function(directory), seconds).  The function prints what it
# likes, and returns [(name, problem)], the problem '' for a pass.

def functions(room, prefix):
    """[(name, function)]: test_NAME() of test_FILE.py is FILE.NAME."""
    found = []
    for path in sorted(glob.glob(os.path.join(HERE, room, 'test_*.py'))):
        base = os.path.basename(path)[len('test_'):-len('.py')]
        spec = importlib.util.spec_from_file_location(
            'test_%s%s' % (prefix, base), path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found += [('%s%s.%s' % (prefix, base, name[5:]), function)
                  for name, function in sorted(vars(module).items())
                  if name.startswith('test_') and callable(function)]
    return found


def python_jobs():
    return [(name, python_job(name, function),
             getattr(function, 'time_limit', TIME_LIMIT))
            for room, prefix in (('smbd', ''), ('tool', 'tool_'))
            for name, function in functions(room, prefix)]


def python_job(name, function):
    def run(directory):
        return [(name, problem_of(name, function, directory))]
    return run


def problem_of(name, function, directory, *more):
    """Run a test's function.  Returns what is wrong, '' if nothing is."""
    test = harness.Test(name, directory)
    problems = []
    try:
        function(test, *more)
    except harness.Failure as e:
        problems.append('%s\n%s' % (e, where(e, function)))
    except Exception:  # whatever it was, the test did not pass
        problems.append(traceback.format_exc())
    problems += test.finish()
    if problems:
        problems += test.background()
    return '\n'.join(problems)


def domain_jobs(wanted):
    """One job: its tests share a domain, which takes half a minute to make."""
    tests = [(name, function) for name, function in
             functions('domain', 'domain_') if wanted(name)]

    def run(directory):
        import domain  # needs what only the tests' packages have
        results = []
        with domain.Domain(directory) as made:
            for name, function in tests:
                where_to = os.path.join(directory, name)
                os.mkdir(where_to)
                results.append((name, problem_of(name, function, where_to,
                                                 made)))
        return results
    return [('domain', run, DOMAIN_TIME_LIMIT)] if tests else []


def where(error, function):
    """The line of the test that failed."""
    path = function.__code__.co_filename
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__)
             if frame.filename == path]
    return 'at %s:%s' % (os.path.relpath(path, ROOT),
                         ', '.join(map(str, lines)))


def binary_jobs(valgrind):
    jobs = []
    for kind in ('unit', 'module'):
        # By the sources: a test that was not built must not pass for one.
        pattern = os.path.join(HERE, kind, 'test_*.c')
        for source in sorted(glob.glob(pattern)):
            base = os.path.basename(source)[:-len('.c')]
            path = os.path.join(ROOT, 'build/tests', kind, base)
            name = '%s.%s' % (kind, base[len('test_'):])
            jobs.append((name, cmocka.job(name, path, ROOT, valgrind),
                         TIME_LIMIT * 5 if valgrind else TIME_LIMIT))
    return jobs


def lint_jobs():
    lint = os.path.join(ROOT, 'buildtools/lint')
    if not os.path.exists(lint):
        return []

    def run(_):
        done = subprocess.run([lint], cwd=ROOT, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        return [('lint', done.stdout if done.returncode else '')]
    return [('lint', run, TIME_LIMIT)]


def start(job, directory):
    """Run one job in a process of its own.  Returns its pid."""
    _, function, _ = job
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        os.setpgid(0, 0)
        output = os.open(os.path.join(directory, 'output'),
                         os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        os.dup2(output, 1)
        os.dup2(output, 2)
        harness.prepare_process()
        result = function(directory)
        with open(os.path.join(directory, 'result'), 'w',
                  encoding='utf-8') as f:
            json.dump(result, f)
        status = 0
    except BaseException:  # the process must end here in any case
        traceback.print_exc()
    finally:
        end_orphans(set())
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def end_orphans(jobs):
    """End what this process has below it, but for jobs and what is below those.

    A job's process takes in what its test let go of.  What outlives both comes
    to the runner, as a child of its own that is no job.
    """
    processes.end(lambda: processes.descendants(os.getpid(), but=jobs))


def remove(directory):
    """Remove a test's files; says what would not go, '' if all went."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            shutil.rmtree(directory)
            return ''
        except FileNotFoundError:
            return ''
        except OSError as e:
            # Somebody may still be writing, who is about to end.
            if time.monotonic() > deadline:
                return 'its files could not be removed: %s' % e
        time.sleep(0.05)


def read_output(directory):
    try:
        with open(os.path.join(directory, 'output'), encoding='utf-8',
                  errors='replace') as f:
            return f.read()
    except FileNotFoundError:
        return ''


def results_of(job, directory, timed_out):
    """[(name, problem)] of a job whose process has ended."""
    if timed_out:
        return [(job[0], 'was not done after %d seconds\n%s' % (
            job[2], logs_below(directory)))]
    try:
        with open(os.path.join(directory, 'result'), encoding='utf-8') as f:
            return json.load(f)
    except (OSError, ValueError):
        return [(job[0], 'its process died\n' + logs_below(directory))]


def logs_below(directory):
    texts = []
    for path in glob.glob(os.path.join(directory, '*/log/smbd.log')):
        with open(path, encoding='utf-8', errors='replace') as f:
            texts += ['%s:' % path] + f.read().splitlines()[-20:]
    return '\n'.join(texts)


class Runner:
    def __init__(self, arguments):
        self.arguments = arguments
        self.counts = {'passed': 0, 'failed': 0}
        self.running = {}  # pid: (job, directory, start)
        self.number = 0

    def run(self, jobs):
        jobs = list(jobs)
        while jobs or self.running:
            while jobs and len(self.running) < self.arguments.j:
                self.start(jobs.pop(0))
            for pid in list(self.running):
                self.poll(pid)
            time.sleep(0.005)

    def start(self, job):
        self.number += 1
        directory = os.path.join(sandbox.run_dir(), 't%d' % self.number)
        os.mkdir(directory)
        pid = start(job, directory)
        self.running[pid] = (job, directory, time.monotonic())

    def poll(self, pid):
        job, directory, begin = self.running[pid]
        seconds = time.monotonic() - begin
        done, _ = os.waitpid(pid, os.WNOHANG)
        timed_out = not done and seconds > job[2]
        if not done and not timed_out:
            return
        if timed_out:
            # First what it started: as long as it lives, orphans are its own.
            processes.end(lambda: processes.descendants(pid))
            processes.send([pid], 9)
            os.waitpid(pid, 0)
        del self.running[pid]
        results = results_of(job, directory, timed_out)
        output = read_output(directory)
        try:
            end_orphans(set(self.running))
            left = remove(directory)
        except RuntimeError as e:
            left = str(e)
        if left:
            results = [(job[0], left)] + [r for r in results if r[0] != job[0]]
        for name, problem in results:
            if name == job[0] or self.wanted(name):
                shown = self.report(name, problem, seconds / len(results),
                                    output)
                output = '' if shown else output

    def wanted(self, name):
        return re.search(self.arguments.k, name) is not None

    def report(self, name, problem, seconds, output):
        """Returns whether the output was shown."""
        self.counts['failed' if problem else 'passed'] += 1
        print('%-4s %6.2f  %s' % ('FAIL' if problem else 'ok', seconds, name))
        if problem or self.arguments.v:
            text = problem + ('\noutput:\n' + output if output else '')
            print(''.join('    %s\n' % line for line in text.splitlines()),
                  end='')
        sys.stdout.flush()
        return bool(problem or self.arguments.v)


def inside(arguments):
    server.prepare_accounts(sandbox.run_dir())
    harness.prepare_process()
    runner = Runner(arguments)
    binaries = binary_jobs(arguments.valgrind)
    jobs = lint_jobs() + binaries + python_jobs()
    # A binary's cases have names of their own, which only it knows.
    jobs = [job for job in jobs if job in binaries or runner.wanted(job[0])]
    # It takes longest, so it comes first.
    jobs = domain_jobs(runner.wanted) + jobs
    if arguments.l:
        print('\n'.join(job[0] for job in jobs))
        return 0
    try:
        runner.run(jobs)
    except KeyboardInterrupt:
        processes.end(lambda: processes.descendants(os.getpid()))
        runner.counts['failed'] += 1
        print('FAIL         interrupted')
    if not any(runner.counts.values()) and not wanted_parts(arguments):
        runner.counts['failed'] += 1
        print('FAIL         no test matches "%s"' % arguments.k)
    sandbox.write_report(json.dumps(runner.counts))
    return 0


def wanted_parts(arguments):
    return [name for name in PARTS if re.search(arguments.k, name)]


def run_part(name):
    """Run what makes systems of its own; its counts, from its last line."""
    process = subprocess.Popen(
        [sys.executable, os.path.join(HERE, PARTS[name])],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    counts = {'passed': 0, 'failed': 0}
    with process:
        for line in process.stdout:
            end = re.fullmatch(r'(\d+) passed, (\d+) failed\n', line)
            if end:
                counts = {'passed': int(end[1]), 'failed': int(end[2])}
            else:
                print(line, end='', flush=True)
    if process.returncode and not counts['failed']:
        counts['failed'] = 1
        print('FAIL         %s: exit status %d' % (name, process.returncode))
    return counts


def outside(arguments):
    missing = [path for path in MODULES if not os.path.exists(path)]
    if missing:
        print('smbguard: not built yet, there is no %s\nRun `./waf check`, '
              'which builds and tests, or `./waf configure build` first.' %
              os.path.relpath(missing[0], ROOT))
        return 2
    status, report, left = sandbox.run(
        [os.path.abspath(__file__)] + sys.argv[1:])
    if arguments.l:
        return status
    if report is None:
        left.append('no result: the run died')
        report = '{"passed": 0, "failed": 0}'
    counts = json.loads(report)
    print('%-4s         nothing_left_behind' % ('FAIL' if left else 'ok'))
    for line in left:
        print('    ' + line)
    counts['failed' if left else 'passed'] += 1
    for name in wanted_parts(arguments):
        more = run_part(name)
        counts = {name: counts[name] + more[name] for name in counts}
    print('%(passed)d passed, %(failed)d failed' % counts)
    return 1 if counts['failed'] else 0


def main():
    arguments = parse_arguments()
    if sandbox.run_dir():
        return inside(arguments)
    return outside(arguments)


if __name__ == '__main__':
    sys.exit(main())
