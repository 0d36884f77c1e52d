// The vault: the bucket that holds the archives, and who may do what to it. It outlives the stack.
// One method grants the deletion of exact versions, to the function of erasures and ended archives and to no other (law 8).

import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { BlockPublicAccess, Bucket, BucketEncryption, CfnBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENVIRONMENT } from '../lambdas/contract/environment.ts';
import {
  COMPARISON_PATTERN,
  MASTER_PATTERN,
  PLATFORM_PREFIX,
  SIDECAR_PATTERNS,
  SLIM_PATTERN,
  TRAIL_PREFIX,
} from '../lambdas/contract/keys.ts';
import { grantKey, type KeyAction } from './encryption.ts';
import { explainWildcard } from './wildcards.ts';

export interface VaultProps {
  readonly existing?: IBucket;
  readonly serverAccessLogsBucket?: IBucket;
  /** Whether a new bucket gets Object Lock. */
  readonly isLockable: boolean;
  /** Of a new bucket. */
  readonly encryptionKey?: IKey;
}

export class Vault extends Construct {
  readonly bucket: IBucket;

  constructor(scope: Construct, id: string, props: VaultProps) {
    super(scope, id);
    this.bucket = props.existing ?? this.#newBucket(props);
    for (const objects of [this.#objects, this.#masters, ...this.#besideMasters, this.#slim, this.#trail]) {
      explainWildcard(
        scope,
        objects,
        'The keys of archives are made while the stack runs. Every key begins with this prefix, and the actions are listed one by one.',
      );
    }
  }

  /** Every function reads which vault it belongs to, also those that may not open it. */
  nameTo(handler: LambdaFunction): void {
    handler.addEnvironment(ENVIRONMENT.bucket, this.bucket.bucketName);
    handler.addEnvironment(ENVIRONMENT.bucketOwner, this.bucket.env.account);
  }

  /**
   * HEAD and GET of exact versions. Without s3:ListBucket S3 answers 403 for a key that does not exist, and a
   * missing archive could not be told from a denied one (API_HeadObject, "Permissions").
   */
  grantRead(handler: LambdaFunction): void {
    this.#grantRead(handler, this.#objects);
  }

  /** The same of manifests and all that lies beside a master, and never of a master. */
  grantReadSidecars(handler: LambdaFunction): void {
    this.#grantRead(handler, ...this.#besideMasters);
  }

  /** Manifests, captions, images. A new version lies beside the old one: who puts may delete no version. */
  grantPutSidecars(handler: LambdaFunction): void {
    this.#grantPut(handler, ...this.#sidecars);
  }

  /** What came back of an asset and what not. No key of an archive itself fits. */
  grantPutComparisons(handler: LambdaFunction): void {
    this.#grantPut(handler, this.bucket.arnForObjects(COMPARISON_PATTERN));
  }

  /** What was taken from an asset that stayed at the platform. No key of an archive fits. */
  grantPutSlim(handler: LambdaFunction): void {
    this.#grantPut(handler, this.#slim);
  }

  /** Entries of the audit trail: written, and by the same hand neither read, replaced nor deleted. */
  grantPutTrail(handler: LambdaFunction): void {
    this.#grantPut(handler, this.#trail);
  }

  /**
   * A master's upload, from Create to Complete (both are s3:PutObject) or abort, and the look at what a Complete has made whose
   * answer, and so whose version, was lost.
   */
  grantCopy(handler: LambdaFunction): void {
    this.grantUploadParts(handler);
    this.grantAbort(handler);
    this.#grant(handler, this.#masters, 's3:GetObject');
  }

  /** What a worker does: sends parts of an upload that somebody else began, and looks which there are. */
  grantUploadParts(handler: LambdaFunction): void {
    this.#grantPut(handler, this.#masters);
    this.grantListParts(handler);
  }

  grantListParts(handler: LambdaFunction): void {
    this.#grant(handler, this.#masters, 's3:ListMultipartUploadParts');
    this.#grantKey(handler, 'Decrypt');
  }

  /** Finds unfinished uploads and gives them up. */
  grantAbort(handler: LambdaFunction): void {
    this.#grant(handler, this.#masters, 's3:AbortMultipartUpload');
    this.#grant(handler, this.bucket.bucketArn, 's3:ListBucketMultipartUploads');
  }

  /** HEAD of exact versions, and the lists of all that lies in the bucket. */
  grantAudit(handler: LambdaFunction): void {
    const lists = ['s3:ListBucket', 's3:ListBucketVersions', 's3:ListBucketMultipartUploads'];
    this.#grant(handler, this.#objects, 's3:GetObjectVersion');
    this.#grant(handler, this.bucket.bucketArn, ...lists);
    this.#grantKey(handler, 'Decrypt');
  }

  /** Locks what was proved, for longer or more strictly than before: nobody has the permission to bypass a lock. */
  grantLock(handler: LambdaFunction): void {
    for (const each of [this.#masters, ...this.#sidecars])
      this.#grant(handler, each, 's3:GetObjectRetention', 's3:PutObjectRetention');
  }

  /** Erasure and the end of an archive: exact versions, unfinished uploads, and the locks that stand against it. It decrypts nothing. */
  grantPurge(handler: LambdaFunction): void {
    const removal = [
      's3:DeleteObjectVersion',
      's3:GetObjectVersion',
      's3:GetObjectRetention',
      's3:GetObjectLegalHold',
    ];
    for (const objects of [this.#objects, this.#trail]) this.#grant(handler, objects, ...removal);
    this.#grant(handler, this.bucket.bucketArn, 's3:ListBucket', 's3:ListBucketVersions');
    this.grantAbort(handler);
  }

  grantThaw(handler: LambdaFunction): void {
    this.#grant(handler, this.#masters, 's3:RestoreObject');
  }

  get #objects(): string {
    return this.bucket.arnForObjects(`${PLATFORM_PREFIX}*`);
  }

  get #trail(): string {
    return this.bucket.arnForObjects(`${TRAIL_PREFIX}*`);
  }

  get #slim(): string {
    return this.bucket.arnForObjects(SLIM_PATTERN);
  }

  get #masters(): string {
    return this.bucket.arnForObjects(MASTER_PATTERN);
  }

  get #sidecars(): readonly string[] {
    return SIDECAR_PATTERNS.map((pattern) => this.bucket.arnForObjects(pattern));
  }

  get #besideMasters(): readonly string[] {
    return [...this.#sidecars, this.bucket.arnForObjects(COMPARISON_PATTERN)];
  }

  #grantRead(handler: LambdaFunction, ...objects: readonly string[]): void {
    for (const each of objects) this.#grant(handler, each, 's3:GetObjectVersion');
    this.#grant(handler, this.bucket.bucketArn, 's3:ListBucket');
    this.#grantKey(handler, 'Decrypt');
  }

  #grantPut(handler: LambdaFunction, ...objects: readonly string[]): void {
    for (const each of objects) this.#grant(handler, each, 's3:PutObject');
    this.#grantKey(handler, 'GenerateDataKey');
  }

  /**
   * Where the bucket has a customer's key: what is written takes GenerateDataKey; what is read takes Decrypt, and so do a HEAD that
   * asks for the checksum and a list of parts. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html and
   * "Permissions" of API_HeadObject, API_ListParts and API_CreateMultipartUpload.
   */
  #grantKey(handler: LambdaFunction, action: KeyAction): void {
    grantKey(handler, this.bucket.encryptionKey, 's3', action);
  }

  #grant(handler: LambdaFunction, resource: string, ...actions: string[]): void {
    handler.addToRolePolicy(new PolicyStatement({ actions, resources: [resource] }));
  }

  /**
   * Noncurrent versions are kept: the ledger names exact versions, and one that somebody wrote over or put a
   * delete marker on is what a restore must still find.
   */
  #newBucket({ serverAccessLogsBucket, isLockable, encryptionKey }: VaultProps): Bucket {
    const bucket = new Bucket(this, 'Bucket', {
      versioned: true,
      // Without a default retention, which would lock what is not proved, and unfinished work.
      ...(isLockable && { objectLockEnabled: true }),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      ...(encryptionKey && { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }),
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      lifecycleRules: [
        { id: 'abort-unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
      ...(serverAccessLogsBucket && { serverAccessLogsBucket, serverAccessLogsPrefix: 'icehouse-vault/' }),
    });
    sendEventsToEventBridge(bucket);
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Server access logs need a second bucket that most accounts already have: the serverAccessLogsBucket prop names it. What Icehouse itself does to an object is in the ledger, by version.',
    });
    return bucket;
  }
}

/** The L2's eventBridgeEnabled brings a custom resource with a Python function; the plain property does the same. */
function sendEventsToEventBridge(bucket: Bucket): void {
  const resource = bucket.node.defaultChild;
  if (!(resource instanceof CfnBucket)) throw new Error('Expected the Bucket construct to hold a CfnBucket.');
  resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
}
