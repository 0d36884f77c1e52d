// The ledger: the table that holds one record per asset, the only truth. It outlives the stack.

import { AttributeType, BillingMode, type ITable, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENVIRONMENT } from '../lambdas/contract/environment.ts';
import { TABLE } from '../lambdas/contract/names.ts';

const ACTIONS = ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'];

/**
 * Leaves one index out (`-c laterIndex=by-user`): a table that is there takes one new index per update, and a stack from
 * before has two to be given. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
 */
const LATER_INDEX = 'laterIndex';

export class Ledger extends Construct {
  readonly table: ITable;

  constructor(scope: Construct, id: string, existing: ITable | undefined) {
    super(scope, id);
    this.table = existing ?? this.#newTable();
  }

  /** Reading, and conditional writes. It deletes no item: a record that ends leaves a tombstone. */
  grantUse(handler: LambdaFunction): void {
    const indexes = Object.values(TABLE.indexes).map(({ name }) => `${this.table.tableArn}/index/${name}`);
    handler.addEnvironment(ENVIRONMENT.table, this.table.tableName);
    handler.addToRolePolicy(
      new PolicyStatement({
        actions: ACTIONS.map((action) => `dynamodb:${action}`),
        resources: [this.table.tableArn, ...indexes],
      }),
    );
    this.table.encryptionKey?.grantEncryptDecrypt(handler);
  }

  /** An erasure takes away the aliases that are a customer's own words; no other item, and nobody else. */
  grantDropAliases(handler: LambdaFunction): void {
    handler.addToRolePolicy(
      new PolicyStatement({
        actions: ['dynamodb:DeleteItem'],
        resources: [this.table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['alias#external#*'] } },
      }),
    );
  }

  /** No time to live: what the ledger knows of a deleted video must not run out by itself. */
  #newTable(): Table {
    const table = new Table(this, 'Table', {
      partitionKey: { name: TABLE.partitionKey, type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const later: unknown = this.node.tryGetContext(LATER_INDEX);
    for (const index of Object.values(TABLE.indexes).filter(({ name }) => name !== later)) {
      table.addGlobalSecondaryIndex({
        indexName: index.name,
        partitionKey: { name: index.partitionKey, type: AttributeType.STRING },
        sortKey: { name: index.sortKey, type: AttributeType.STRING },
        projectionType: ProjectionType.KEYS_ONLY,
      });
    }
    return table;
  }
}
