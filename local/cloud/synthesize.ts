// Synthesizes the stack in this process and reads it: the same code path that `cdk deploy` takes, up to the template.
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { IcehouseProps } from '../../lib/icehouse-props.ts';
import type { CloudPlan } from './plan.ts';
import type { Template } from './stack.ts';
import { readTemplate } from './template.ts';

const STACK = 'Icehouse';

interface AssetManifest {
  readonly files: Readonly<Record<string, { readonly source: { readonly path: string } }>>;
}

export interface SynthesizeOptions {
  /** Gets the template and the bundles; emptied before. */
  readonly outputDirectory: string;
  readonly region: string;
}

/** Throws CloudError TEMPLATE_NOT_UNDERSTOOD or GRANT_MISSING. */
export async function planOf(props: IcehouseProps, options: SynthesizeOptions): Promise<CloudPlan> {
  const { outputDirectory, region } = options;
  // Imported here, since only a boot needs the CDK and a plan made by hand does not.
  const [{ App, Stack }, { Icehouse }] = await Promise.all([
    import('aws-cdk-lib/core'),
    import('../../lib/icehouse.ts'),
  ]);
  rmSync(outputDirectory, { recursive: true, force: true });
  // The CDK's own template validation takes four fifths of the time; `cdk synth` and `cdk deploy` do it.
  const quick = { analyticsReporting: false, treeMetadata: false, builtinCloudFormationValidation: false };
  const app = new App({ outdir: outputDirectory, ...quick });
  new Icehouse(new Stack(app, STACK), STACK, props);
  app.synth();
  const read = (name: string): unknown => JSON.parse(readFileSync(join(outputDirectory, name), 'utf8'));
  const { files } = read(`${STACK}.assets.json`) as AssetManifest;
  const bundleOf = (s3Key: string) => {
    const asset = files[s3Key.replace(/\.zip$/, '')];
    // Absolute where the CDK was told to leave the bundles in their place.
    return asset && resolve(outputDirectory, asset.source.path);
  };
  const place = { stackName: STACK, region, accountId: '000000000000' };
  return readTemplate(read(`${STACK}.template.json`) as Template, { ...place, bundleOf });
}
