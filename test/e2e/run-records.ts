import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What was measured of the maps through a branch. */
interface LocalisationValues {
  pointing?: number;
  energy?: number;
  area?: number;
  regions?: number;
}

/** A record of events.jsonl, as the file format documents it; read here without the product's own reader. */
interface RunRecord {
  seq: number;
  type: string;
  state?: string;
  reason?: string;
  fromStep?: number;
  step?: number;
  epoch?: number;
  learningRate?: number;
  loss?: { total: number; main: number; aux?: number };
  images?: number;
  withRegion?: number;
  main?: LocalisationValues;
  aux?: LocalisationValues;
  agreement?: number;
  validation?: { main: { top1: number }; aux?: { top1: number } };
}

export type StepRecord = RunRecord & {
  step: number;
  epoch: number;
  loss: { total: number; main: number; aux?: number };
};

/** What `runs/<id>/events.jsonl` says now. */
export class RunRecords {
  constructor(private readonly folder: string) {}

  private get complete(): RunRecord[] {
    const file = join(this.folder, 'events.jsonl');
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as RunRecord);
  }

  /** Numbers of all records: 1, 2, 3, … */
  get sequence(): number[] {
    return this.complete.map(({ seq }) => seq);
  }

  /** Steps that count, in order: those that a later resume runs again are dropped. */
  get steps(): StepRecord[] {
    return this.effective('step') as StepRecord[];
  }

  get validations(): RunRecord[] {
    return this.effective('epoch').filter(({ validation }) => validation !== undefined);
  }

  get localisations(): RunRecord[] {
    return this.effective('localisation');
  }

  /** The states the run went through. */
  get states(): (string | undefined)[] {
    return this.complete.filter(({ type }) => type === 'status').map(({ state }) => state);
  }

  /** Steps from which the run was resumed. */
  get restarts(): number[] {
    return this.complete.flatMap(({ type, fromStep }) =>
      type === 'status' && fromStep !== undefined ? [fromStep] : [],
    );
  }

  private effective(wanted: string): RunRecord[] {
    const kept: RunRecord[] = [];
    for (const record of this.complete) {
      const { fromStep } = record;
      if (record.type === 'status' && fromStep !== undefined) {
        while ((kept.at(-1)?.step ?? 0) >= fromStep) kept.pop();
      }
      if (record.type === wanted) kept.push(record);
    }
    return kept;
  }
}
