import { startS3Vault } from '../fakes/s3-vault.ts';
import { vaultContract } from './vault.ts';

vaultContract('on the embedded S3 server', startS3Vault);
