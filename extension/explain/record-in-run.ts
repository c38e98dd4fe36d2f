import { window } from 'vscode';
import { askTrainer, TrainerConnectionError } from '../../common/live/live-client';
import { trainerPresence } from '../../common/run/trainer-presence';
import { offer } from '../shared/offer';

/**
 * Has a run in training record other images from its next recorded epoch on; says so, or why they stay as they are, and offers to
 * compute their maps from the run's last checkpoint.
 * @param compute does that
 */
export async function recordInRun(
  { label, folder }: { label: string; folder: string },
  choices: readonly (string | number)[],
  compute: () => Promise<void>,
): Promise<void> {
  try {
    const { fromEpoch, images, problems } = await askTrainer(folder, (connection) =>
      connection.request('chooseImages', { images: [...choices] }),
    );
    const count = images === 1 ? 'one image' : `${images} images`;
    void window.showInformationMessage(`${label} records the maps of ${count} from epoch ${fromEpoch} on.`);
    if (problems.length === 0) return;
    const words = problems.map(({ image, message }) => `${image}: ${message}`).join('; ');
    void window.showWarningMessage(`${label} has no maps of some images: ${words}`);
  } catch (error) {
    const message = `MixProp: ${label} ${whyNot(error, folder)}.`;
    const fail = ({ message }: Error) => void window.showErrorMessage(`MixProp: ${message}`);
    void offer('warning', message, {
      ...(choices.length > 0 && { 'Compute from Checkpoint': () => compute().catch(fail) }),
    });
  }
}

/** A run that ends while it is asked breaks the connection off: the last seconds of a run are as good as its end. */
function whyNot(error: unknown, folder: string): string {
  const isAnswer = error instanceof TrainerConnectionError && error.failure === 'refused';
  if (!isAnswer && trainerPresence(folder) === 'gone') return 'ended before it could record these images';
  return `goes on with the images it has: ${(error as Error).message}`;
}
