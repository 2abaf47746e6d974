using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>A queued command. It is taken once, by the writer or by the caller's cancellation; its first result is final.</summary>
internal abstract class MeterCommand
{
    private const int MaxReturns = 3;

    private int _isTaken;
    private int _returns;

    public abstract ResellerId Reseller { get; }

    /// <summary>Whether the command completes only after its commit is on disk, even if the disk is this machine's.</summary>
    public abstract bool WaitsForDisk { get; }

    /// <returns>False if the caller has cancelled the command.</returns>
    public bool TryTake() => Interlocked.Exchange(ref _isTaken, 1) == 0 || _returns > 0;

    /// <summary>Counts that the command goes back to its queue, because its commit may have been lost.</summary>
    /// <returns>False if it went back too often.</returns>
    public bool TryReturn() => ++_returns <= MaxReturns;

    /// <summary>Applies the command to locked rows; it completes after the commit.</summary>
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

/// <summary>A command that holds conversions for a token.</summary>
internal abstract class HoldCommand : MeterCommand<ReserveResult>
{
    /// <summary>Whose token it is, once it was found.</summary>
    public TokenIdentity? Owner { get; protected set; }

    /// <summary>Whether it starts a request, so that its success counts as one.</summary>
    public abstract bool IsFirst { get; }
}

internal sealed class ReserveCommand(ReserveRequest request) : HoldCommand
{
    /// <summary>Assigned once, so that a retried batch finds the row if the first attempt was committed without confirmation.</summary>
    public Guid? ReservationId { get; private set; }

    public ReserveRequest Request { get; } = request;

    public override ResellerId Reseller => Request.Reseller;

    /// <summary>
    /// False because a commit survives a process crash, though not a power failure, and callers learn only of the settlement, which
    /// follows in the log and is flushed before it completes.
    /// </summary>
    public override bool WaitsForDisk => false;

    public override bool IsFirst => true;

    protected override ReserveResult Execute(MeterBatch batch)
    {
        Owner = batch.FindOwner(Request.SecretHash);
        return batch.Reserve(ReservationId ??= batch.NewId(), Request);
    }
}

internal sealed class ExtendCommand(RowKey reservation, RequestExtent extent) : HoldCommand
{
    public RowKey Reservation { get; } = reservation;

    public override ResellerId Reseller => Reservation.Reseller;

    /// <inheritdoc cref="ReserveCommand.WaitsForDisk"/>
    public override bool WaitsForDisk => false;

    public override bool IsFirst => false;

    protected override ReserveResult Execute(MeterBatch batch)
    {
        Owner = batch.FindOwner(Reservation.Id);
        return batch.Extend(Reservation.Id, extent);
    }
}

internal sealed class SettleCommand(SettleRequest request) : MeterCommand<SettleResult>
{
    public SettleRequest Request { get; } = request;

    public override ResellerId Reseller => Request.Reservation.Reseller;

    public override bool WaitsForDisk => true;

    protected override SettleResult Execute(MeterBatch batch) => batch.Settle(Request);
}
