// Lines that CloudWatch counts. Expected from the specification of the embedded metric format, written out by hand.
import { expect, test } from 'vitest';
import { emf } from '../../lambdas/adapters/emf.ts';

const NOW_MS = 1_800_000_000_000;
const options = { instance: 'Icehouse-prod', nowMs: () => NOW_MS };

test('names namespace, dimensions and units, and puts the values beside', () => {
  const line = emf({ OldestDueSeconds: 61.5 }, { lane: 'expire', stage: 'sweep' }, options);

  expect(line).toEqual({
    _aws: {
      Timestamp: NOW_MS,
      CloudWatchMetrics: [
        {
          Namespace: 'Icehouse',
          Dimensions: [['Instance', 'Lane']],
          Metrics: [{ Name: 'OldestDueSeconds', Unit: 'Seconds' }],
        },
      ],
    },
    Instance: 'Icehouse-prod',
    Lane: 'expire',
    OldestDueSeconds: 61.5,
  });
});

test('keeps metrics of different dimensions apart, so that none is counted twice', () => {
  const line = emf({ StepErrors: 1, SetUpErrors: 1 }, { stage: 'archive' }, options);

  expect(line).toMatchObject({
    _aws: {
      CloudWatchMetrics: [
        { Dimensions: [['Instance', 'Stage']], Metrics: [{ Name: 'StepErrors', Unit: 'Count' }] },
        { Dimensions: [['Instance']], Metrics: [{ Name: 'SetUpErrors', Unit: 'Count' }] },
      ],
    },
    Stage: 'archive',
    StepErrors: 1,
    SetUpErrors: 1,
  });
});

test('writes a nought that was measured', () => {
  expect(emf({ DeletionsWithoutProof: 0 }, {}, options)).toMatchObject({ DeletionsWithoutProof: 0 });
});

test('adds nothing to a line that counts nothing', () => {
  expect(emf({}, { stage: 'archive' }, options)).toEqual({});
});
