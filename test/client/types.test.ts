// The client's types are those of the code that answers. The compiler judges them (npm run check), as do test/docs/openapi*.
import { describe, expectTypeOf, test } from 'vitest';
import type * as z from 'zod';
import type * as client from '../../client/icehouse.ts';
import type { problemDocument } from '../../lambdas/domain/problem.ts';
import type { PublicRecord } from '../../lambdas/domain/public-record.ts';
import type { Quote } from '../../lambdas/domain/quote.ts';
import type { Status } from '../../lambdas/domain/record.ts';
import type { Reason, whereabouts } from '../../lambdas/domain/whereabouts.ts';
import type * as door from '../../lambdas/handlers/request-body.ts';
import type { PublicAudit } from '../../lambdas/stages/audit-view.ts';
import type { WholeErasure } from '../../lambdas/stages/erasures.ts';
import type { FidelityView } from '../../lambdas/stages/fidelity-view.ts';
import type { BrakeState } from '../../lambdas/stages/hold-all.ts';
import type { Slimmed } from '../../lambdas/stages/slim.ts';

describe('what the code answers is what the client says it gets', () => {
  test('records, quotes, whereabouts', () => {
    expectTypeOf<PublicRecord>().toExtend<client.AssetRecord>();
    expectTypeOf<Quote>().toExtend<client.Quote>();
    expectTypeOf<ReturnType<typeof whereabouts>>().toExtend<client.Whereabouts>();
    expectTypeOf<FidelityView>().toExtend<client.Fidelity>();
    expectTypeOf<PublicAudit>().toExtend<client.Audit>();
    expectTypeOf<WholeErasure>().toExtend<client.Erasure>();
    expectTypeOf<BrakeState>().toExtend<client.Brake>();
    expectTypeOf<Slimmed>().toExtend<client.Slimmed>();
    expectTypeOf<ReturnType<typeof problemDocument>>().toExtend<client.Problem>();
  });

  test('no status and no reason is missing', () => {
    expectTypeOf<client.Status>().toEqualTypeOf<Status>();
    expectTypeOf<client.Reason>().toEqualTypeOf<Reason>();
  });
});

describe('what the client sends is what the door takes', () => {
  test('bodies', () => {
    expectTypeOf<client.DeleteRequestBody>().toExtend<Taken<z.input<typeof door.deleteRequestBody>>>();
    expectTypeOf<client.RescheduleBody>().toExtend<z.input<typeof door.rescheduleBody>>();
    expectTypeOf<client.CancelBody>().toExtend<z.input<typeof door.cancelBody>>();
    expectTypeOf<client.RestoreBody>().toExtend<Partial<z.output<typeof door.restoreBody>>>();
    expectTypeOf<client.ErasureBody>().toExtend<Taken<z.input<typeof door.erasureBody>>>();
    expectTypeOf<client.StopErasureBody>().toExtend<z.input<typeof door.stopErasureBody>>();
    expectTypeOf<client.HoldBody>().toExtend<z.input<typeof door.holdBody>>();
    expectTypeOf<client.SlimBody>().toExtend<z.input<typeof door.slimBody>>();
    expectTypeOf<client.ReleaseBody>().toExtend<z.input<typeof door.releaseBody>>();
  });
});

/** The client never changes what it is given, and so takes lists that nobody may change. */
type Taken<T> = {
  readonly [K in keyof T]: T[K] extends (infer Each)[] | infer Other ? readonly Each[] | Other : T[K];
};
