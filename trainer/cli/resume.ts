import { basename, resolve } from 'node:path';
import { DatasetError } from '../../common/errors/dataset-error';
import { UsageError } from '../../common/errors/usage-error';
import { readAllEvents } from '../../common/run/event-reader';
import { readRunExperiment } from '../../common/run/recorded-run';
import { readRunEnvironment } from '../../common/run/run-environment';
import { parseBackend } from '../backends/select';
import { resumeRun } from '../training/session';
import type { Command } from './command';
import { RunConsole } from './run-console';

export const resumeCommand: Command = {
  name: 'resume',
  summary: 'go on with a stopped, failed or killed run from its last checkpoint',
  usage: `resume RUN [--data PATH] [--other-images] [--backend auto|tensorflow|wasm]

  RUN             a run folder, such as runs/quickstart-1; it goes on on the backend it was made on
  --data          where the data set is now, if not where it was; the run keeps it
  --other-images  go on although the images are not those that it was trained on, with the same classes and as many
                  training images`,
  options: { texts: ['data', 'backend'], flags: ['other-images'] },
  async run(invocation) {
    const folder = resolve(invocation.single('resume needs one run folder: mixprop resume runs/NAME'));
    readRunExperiment(folder);
    const backend = parseBackend(invocation.text('backend'));
    const recorded = readRunEnvironment(folder).backend;
    if (backend !== 'auto' && backend !== recorded) {
      throw new UsageError(`${basename(folder)} was made on the backend ${recorded} and can only go on there`);
    }
    const status = readAllEvents(folder).findLast((event) => event.type === 'status');
    if (status?.state === 'finished') {
      invocation.print(`${basename(folder)} is finished: there is nothing to resume`);
      invocation.printJson(status);
      return 0;
    }
    try {
      const end = await resumeRun(folder, {
        ...new RunConsole(invocation, folder).session,
        dataPath: invocation.text('data'),
        otherImages: invocation.flag('other-images'),
      });
      invocation.print(`${basename(folder)}: ${end}, in ${folder}`);
      return end === 'finished' ? 0 : 1;
    } catch (error) {
      if (error instanceof DatasetError) throw new UsageError(error.message);
      throw error;
    }
  },
};
