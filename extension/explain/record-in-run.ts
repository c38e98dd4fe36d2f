import { window } from 'vscode';
import { askTrainer } from '../../trainer/run/live-client';

/** Has a run in training record other images from its next recorded epoch on; says so, or why they stay as they are. */
export async function recordInRun(
  { runId, folder }: { runId: string; folder: string },
  choices: readonly (string | number)[],
): Promise<void> {
  try {
    const { fromEpoch, images, problems } = await askTrainer(folder, (connection) =>
      connection.chooseImages([...choices]),
    );
    const count = images === 1 ? 'one image' : `${images} images`;
    void window.showInformationMessage(`${runId} records the maps of ${count} from epoch ${fromEpoch} on.`);
    if (problems.length === 0) return;
    const words = problems.map(({ image, message }) => `${image} ${message}`).join('; ');
    void window.showWarningMessage(`${runId} has no maps of some images: ${words}`);
  } catch (error) {
    void window.showErrorMessage(`MixProp: ${runId} goes on with the images it has: ${(error as Error).message}`);
  }
}
