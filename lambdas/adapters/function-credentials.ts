// Put in the place of the SDK's credential chain when a function is bundled (lib/bundle.ts): Lambda gives a function its
// credentials in the environment, and what looks for them in files, in SSO or in EC2 is a hundred kilobytes.
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
