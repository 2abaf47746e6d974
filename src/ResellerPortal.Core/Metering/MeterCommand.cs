namespace ResellerPortal.Core.Metering;

/// <summary>What waits for the writer. It is taken once, by the writer or by its caller's cancellation; its first answer holds.</summary>
internal abstract class MeterCommand
{
    private int _isTaken;

    /// <summary>Whether its answer must not be heard before its commit is on the disk.</summary>
    public abstract bool WaitsForDisk { get; }

    /// <returns>False where its caller has given it up.</returns>
    public bool TryTake() => Interlocked.Exchange(ref _isTaken, 1) == 0;

    /// <summary>Applies it to locked rows; the answer waits for the commit.</summary>
    public abstract void Apply(MeterBatch batch);

    public abstract void Complete();

    public abstract void Fail(Exception exception);
}

internal abstract class MeterCommand<TResult> : MeterCommand
{
    private readonly TaskCompletionSource<TResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TResult? _result;

    public Task<TResult> Answer => _answer.Task;

    public void TryCancel(CancellationToken cancellationToken)
    {
        if (TryTake())
        {
            _answer.TrySetCanceled(cancellationToken);
        }
    }

    public sealed override void Apply(MeterBatch batch) => _result = Execute(batch);

    public sealed override void Complete() => _answer.TrySetResult(_result!);

    public sealed override void Fail(Exception exception) => _answer.TrySetException(exception);

    protected abstract TResult Execute(MeterBatch batch);
}

internal sealed class ReserveCommand(ReserveRequest request) : MeterCommand<ReserveResult>
{
    /// <summary>Given once, so that a batch that is tried again after a lost answer finds what it wrote before.</summary>
    public Guid? ReservationId { get; private set; }

    public ReserveRequest Request { get; } = request;

    /// <summary>
    /// A commit outlives this process, if not a power cut; and callers hear of no hold, but of its settlement, which lies
    /// behind it in the log and waits.
    /// </summary>
    public override bool WaitsForDisk => false;

    protected override ReserveResult Execute(MeterBatch batch) => batch.Reserve(ReservationId ??= batch.NewId(), Request);
}

internal sealed class SettleCommand(SettleRequest request) : MeterCommand<SettleResult>
{
    public SettleRequest Request { get; } = request;

    public override bool WaitsForDisk => true;

    protected override SettleResult Execute(MeterBatch batch) => batch.Settle(Request);
}
