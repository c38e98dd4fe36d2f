import { describe, expect, test } from 'vitest';
import {
  type DoctorReport,
  doctorSummary,
  doctorText,
  parseDoctorReport,
} from '../../../extension/runtime/doctor-report';

const node = { name: 'node', status: 'ok', message: '20.20.2' } as const;
const backend = { name: 'backend', status: 'ok', message: 'tensorflow' } as const;
const disk = { name: 'disk', status: 'warning', message: '1 GB is free', remedy: 'Free some space.' } as const;
const runtime = {
  name: 'tensorflow',
  status: 'problem',
  message: 'a file is missing:\nlibtensorflow.so',
  remedy: 'run "mixprop runtime install tensorflow"',
} as const;

describe('reading a report', () => {
  const report: DoctorReport = { ok: true, checks: [node, disk] };

  test('on one line, on several, and after other lines', () => {
    expect(parseDoctorReport([JSON.stringify(report)])).toEqual(report);
    expect(parseDoctorReport(JSON.stringify(report, null, 2).split('\n'))).toEqual(report);
    expect(parseDoctorReport(['looking around', '{"type":"progress"}', JSON.stringify(report)])).toEqual(report);
  });

  test('that is torn or none is not taken for one', () => {
    expect(parseDoctorReport([])).toBeUndefined();
    expect(parseDoctorReport(['{"ok":true,"checks":[{"name":"no'])).toBeUndefined();
    expect(parseDoctorReport(['{"ok":true}', 'null'])).toBeUndefined();
  });

  test('with an unknown kind of check is a warning', () => {
    const newer = { ok: true, checks: [{ ...node, status: 'unsure', since: 2 }] };
    expect(parseDoctorReport([JSON.stringify(newer)])?.checks).toEqual([{ ...node, status: 'warning' }]);
  });
});

test('the summary says what matters', () => {
  expect(doctorSummary({ ok: true, checks: [node, backend] })).toBe('MixProp is ready: backend tensorflow.');
  expect(doctorSummary({ ok: true, checks: [disk, backend] })).toBe('MixProp is ready: backend tensorflow; 1 warning.');
  expect(doctorSummary({ ok: true, checks: [] })).toBe('MixProp is ready.');
  expect(doctorSummary({ ok: false, checks: [disk, runtime, node, runtime] })).toBe(
    'MixProp has 2 problems and 1 warning. tensorflow: a file is missing: libtensorflow.so',
  );
});

test('the text has every check with its remedy, what needs attention first', () => {
  const text = doctorText({ ok: false, checks: [node, disk, runtime] }, ['MixProp Studio 0.1.0']);
  expect(text.split('\n')).toEqual([
    'MixProp Studio 0.1.0',
    '',
    'MixProp has 1 problem and 1 warning.',
    '',
    '✗ tensorflow',
    '    a file is missing:',
    '    libtensorflow.so',
    '    → run "mixprop runtime install tensorflow"',
    '',
    '! disk',
    '    1 GB is free',
    '    → Free some space.',
    '',
    '✓ node',
    '    20.20.2',
    '',
    'In this editor “mixprop runtime install” is the command “MixProp: Install TensorFlow Runtime”.',
    '',
  ]);
});
