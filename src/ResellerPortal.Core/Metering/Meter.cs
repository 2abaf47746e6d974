using System.Threading.Channels;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>Conversions to hold before the upstream is called.</summary>
/// <param name="SecretHash">Hash of the token's secret; the token's state is judged in the same transaction.</param>
/// <param name="Converter">"docx-to-pdf".</param>
/// <param name="Quantity">At least 1.</param>
public sealed record ReserveRequest(byte[] SecretHash, string Converter, long Quantity);

public abstract record ReserveResult
{
    private ReserveResult()
    {
    }

    public sealed record Held(Guid ReservationId, CustomerId CustomerId) : ReserveResult;

    public sealed record UnknownToken : ReserveResult;

    public sealed record TokenRevoked(DateTimeOffset AtUtc) : ReserveResult;

    public sealed record TokenExpired(DateTimeOffset AtUtc) : ReserveResult;

    public sealed record LimitReached(long UsageLimit) : ReserveResult;

    /// <summary>The reseller's lots hold too little; the customer's own limit does not matter.</summary>
    public sealed record CreditsExhausted : ReserveResult;
}

/// <summary>What the upstream charged for a reservation.</summary>
/// <param name="Quantity">Conversions charged; 0 releases the reservation; null is unknown and records the reserved quantity as Unconfirmed.</param>
public sealed record SettleRequest(Guid ReservationId, long? Quantity, string? UpstreamReference = null);

public abstract record SettleResult
{
    private SettleResult()
    {
    }

    public sealed record Recorded(long Sequence, long Quantity) : SettleResult;

    public sealed record Released : SettleResult;

    /// <summary>Neither held nor recorded: it was released before.</summary>
    public sealed record Gone : SettleResult;
}

/// <summary>
/// The door to the ledger for live requests: reserve, then settle or release. Commands of a node pass one
/// <see cref="MeterWriter"/>, which commits what waits in one transaction; an answer is given only after its commit.
/// </summary>
public sealed class Meter
{
    private const int QueueCapacity = 10_000;

    private readonly Channel<MeterCommand> _queue = Channel.CreateBounded<MeterCommand>(
        new BoundedChannelOptions(QueueCapacity) { SingleReader = true });

    internal ChannelReader<MeterCommand> Commands => _queue.Reader;

    /// <summary>Holds conversions, or says why not. Nothing is held unless <see cref="ReserveResult.Held"/> comes back.</summary>
    /// <exception cref="MeterUnavailableException">The database could not be written; nothing was held.</exception>
    public Task<ReserveResult> ReserveAsync(ReserveRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Quantity, 1);
        return PostAsync(new ReserveCommand(request), cancellationToken);
    }

    /// <summary>Records what a reservation cost. Repeating it answers the first entry.</summary>
    /// <exception cref="MeterUnavailableException">The database could not be written; the reservation stays held.</exception>
    public Task<SettleResult> SettleAsync(SettleRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(request.Quantity ?? 0);
        return PostAsync(new SettleCommand(request), cancellationToken);
    }

    /// <summary>Gives a reservation back, because the upstream did not charge for it. Repeating it changes nothing.</summary>
    /// <exception cref="MeterUnavailableException">The database could not be written; the reservation stays held.</exception>
    public Task<SettleResult> ReleaseAsync(Guid reservationId, CancellationToken cancellationToken = default) =>
        SettleAsync(new SettleRequest(reservationId, 0), cancellationToken);

    internal void StopAccepting() => _queue.Writer.TryComplete();

    private async Task<TResult> PostAsync<TResult>(MeterCommand<TResult> command, CancellationToken cancellationToken)
    {
        try
        {
            await _queue.Writer.WriteAsync(command, cancellationToken);
        }
        catch (ChannelClosedException closed)
        {
            throw new MeterUnavailableException("The portal is shutting down.", closed);
        }

        // Once queued a command may be committed, so its answer is awaited whatever becomes of the caller.
        return await command.Answer;
    }
}

/// <summary>The ledger cannot be written just now; the caller may try again.</summary>
public sealed class MeterUnavailableException(string message, Exception inner) : Exception(message, inner);

internal abstract class MeterCommand
{
    public abstract void Apply(MeterBatch batch);

    public abstract void Complete();

    public abstract void Fail(Exception exception);
}

internal abstract class MeterCommand<TResult> : MeterCommand
{
    private readonly TaskCompletionSource<TResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TResult? _result;

    public Task<TResult> Answer => _answer.Task;

    public sealed override void Apply(MeterBatch batch) => _result = Execute(batch);

    public sealed override void Complete() => _answer.TrySetResult(_result!);

    public sealed override void Fail(Exception exception) => _answer.TrySetException(exception);

    protected abstract TResult Execute(MeterBatch batch);
}

internal sealed class ReserveCommand(ReserveRequest request) : MeterCommand<ReserveResult>
{
    public ReserveRequest Request { get; } = request;

    protected override ReserveResult Execute(MeterBatch batch) => batch.Reserve(Request);
}

internal sealed class SettleCommand(SettleRequest request) : MeterCommand<SettleResult>
{
    public SettleRequest Request { get; } = request;

    protected override SettleResult Execute(MeterBatch batch) => batch.Settle(Request);
}
