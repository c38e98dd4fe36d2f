import { NotificationType, ParameterStructures, RequestType } from 'vscode-jsonrpc/node';
import type { TrainerNotifications, TrainerRequests } from './protocol';

/** A request of the trainer's protocol, typed by its name. */
export function trainerRequest<Name extends keyof TrainerRequests>(name: Name) {
  type Request = TrainerRequests[Name];
  return new RequestType<Request['params'], Request['result'], void>(name, ParameterStructures.byName);
}

/** A notification of the trainer, typed by its name. */
export function trainerNotification<Name extends keyof TrainerNotifications>(name: Name) {
  return new NotificationType<TrainerNotifications[Name]>(name, ParameterStructures.byName);
}
