import type { CreateItemInput, TriggerType } from '@withmarfa/shared';
import type { ConnectionContext } from '../context/connection-context.ts';
import type {
  ItemEventHandler,
  ManualHandler,
  RenewHandler,
  ScheduleHandler,
  WebhookHandler,
} from '../handlers/handler-types.ts';
import type { ConfigurationOf } from './configuration-of.ts';
import type { ManifestDefinition } from './manifest-definition.ts';

/** What a connector may create: items of exactly the types its manifest targets. */
export type ItemInputOf<Manifest extends ManifestDefinition> = Omit<CreateItemInput, 'type'> & {
  type: Manifest['target_types'][number];
};

/** The context of a connector's handlers, typed from its manifest. */
export type ContextOf<Manifest extends ManifestDefinition> = ConnectionContext<
  ConfigurationOf<Manifest>,
  ItemInputOf<Manifest>
>;

type HandlerKey = { schedule: 'schedule'; manual: 'manual'; webhook: 'webhook'; 'item-event': 'itemEvent' };

type Declared<Manifest extends ManifestDefinition> = Manifest['triggers'][number]['type'];

/** A manual run falls back to the schedule handler, so beside a schedule its own handler is optional. */
type Needed<Kind extends TriggerType> = 'schedule' extends Kind ? Exclude<Kind, 'manual'> : Kind;

/** Which handlers there must be and must not be. A manifest whose triggers are known only at run time asks for none. */
type Presence<Manifest extends ManifestDefinition> = number extends Manifest['triggers']['length']
  ? unknown
  : { readonly [Key in HandlerKey[Needed<Declared<Manifest>>]]: unknown } & {
      readonly [Key in HandlerKey[Exclude<TriggerType, Declared<Manifest>>]]?: never;
    } & ('webhook' extends Declared<Manifest> ? unknown : { readonly renew?: never });

/** A handler for each declared trigger, and for no other; beside `webhook` perhaps a hook that keeps the calls coming. */
export type HandlersFor<Manifest extends ManifestDefinition> = {
  readonly schedule?: ScheduleHandler<ContextOf<Manifest>>;
  readonly manual?: ManualHandler<ContextOf<Manifest>>;
  readonly webhook?: WebhookHandler<ContextOf<Manifest>>;
  readonly itemEvent?: ItemEventHandler<ContextOf<Manifest>>;
  readonly renew?: RenewHandler<ContextOf<Manifest>>;
} & Presence<Manifest>;
