// The AWS region as the AWS libraries find it: the environment, or the profile in ~/.aws/config.

/** Undefined where none is set anywhere. AWS_DEFAULT_REGION is of the AWS CLI, and the libraries do not know it. */
export async function awsRegion(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const named = environment.AWS_REGION || environment.AWS_DEFAULT_REGION;
  if (named) return named;
  // Loaded only where it has to be asked.
  const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient({});
  try {
    return (await client.config.region()) || undefined;
  } catch {
    return undefined;
  } finally {
    client.destroy();
  }
}
