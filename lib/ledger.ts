// The ledger: the table that holds one record per asset, the only truth. It outlives the stack.

import {
  AttributeType,
  BillingMode,
  type ITable,
  ProjectionType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENVIRONMENT } from '../lambdas/contract/environment.ts';
import { ITEMS, type Items, TABLE } from '../lambdas/contract/names.ts';
import { grantKey } from './encryption.ts';

type Index = keyof typeof TABLE.indexes;

/**
 * Leaves one index out (`-c laterIndex=by-user`): a table that is there takes one new index per update, and a stack from
 * before has two to be given. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
 */
const LATER_INDEX = 'laterIndex';

export class Ledger extends Construct {
  readonly table: ITable;

  constructor(scope: Construct, id: string, existing: ITable | undefined, encryptionKey?: IKey) {
    super(scope, id);
    this.table = existing ?? this.#newTable(encryptionKey);
  }

  /**
   * Reading one item. Whoever uses the table decrypts its table key; all else with a customer's key DynamoDB does by grants that it got when the table was made:
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
   */
  grantUse(handler: LambdaFunction): void {
    handler.addEnvironment(ENVIRONMENT.table, this.table.tableName);
    this.#grant(handler, [this.table.tableArn], 'GetItem');
    grantKey(handler, this.table.encryptionKey, 'dynamodb', 'Decrypt');
  }

  /** Writing whole items of these kinds. Nobody deletes a record: one that ends leaves a tombstone. */
  grantPut(handler: LambdaFunction, ...items: Items[]): void {
    this.#grantKeys(handler, 'PutItem', items.map(patternOf));
  }

  /** Changing items of these kinds without reading them: a slot of the governor, a count of the brake, a claim of the sweep. */
  grantUpdate(handler: LambdaFunction, ...items: Items[]): void {
    this.#grantKeys(handler, 'UpdateItem', items.map(patternOf));
  }

  /** Keys from these indexes, and nothing else: they hold no more. */
  grantQuery(handler: LambdaFunction, ...indexes: Index[]): void {
    const arns = indexes.map((index) => `${this.table.tableArn}/index/${TABLE.indexes[index].name}`);
    this.#grant(handler, arns, 'Query');
  }

  /** Many records at a time: the pages of a list. */
  grantReadMany(handler: LambdaFunction): void {
    this.#grant(handler, [this.table.tableArn], 'BatchGetItem');
  }

  /** An erasure takes away the aliases that are a customer's own words; no other item, and nobody else. */
  grantDropAliases(handler: LambdaFunction): void {
    this.#grantKeys(handler, 'DeleteItem', ['alias#external#*']);
  }

  /** By keys, so that whoever may write records can neither lift the hold on everything nor set a count back. */
  #grantKeys(handler: LambdaFunction, action: string, keys: readonly string[]): void {
    handler.addToRolePolicy(
      new PolicyStatement({
        actions: [`dynamodb:${action}`],
        resources: [this.table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } },
      }),
    );
  }

  #grant(handler: LambdaFunction, resources: string[], ...actions: string[]): void {
    handler.addToRolePolicy(
      new PolicyStatement({ actions: actions.map((action) => `dynamodb:${action}`), resources }),
    );
  }

  /** No time to live: what the ledger knows of a deleted video must not run out by itself. */
  #newTable(encryptionKey: IKey | undefined): Table {
    const table = new Table(this, 'Table', {
      partitionKey: { name: TABLE.partitionKey, type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      ...(encryptionKey && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }),
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

function patternOf(kind: Items): string {
  return ITEMS[kind];
}
