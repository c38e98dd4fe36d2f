import type { CurvesChoices } from '../../../common/panels/curves/curves-contract';

/** What of VS Code's storage of the workspace is needed. */
interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): Thenable<void>;
}

const key = 'mixprop.curvesChoices';

/** How curves were last looked at in this workspace: a new panel begins with it. */
export class CurvesChoicesMemory {
  constructor(private readonly memory: Memory) {}

  /** Of unknown shape: an older version may have written it. The panel takes what it understands. */
  read(): unknown {
    return this.memory.get(key);
  }

  write(choices: CurvesChoices): void {
    void this.memory.update(key, choices);
  }
}
