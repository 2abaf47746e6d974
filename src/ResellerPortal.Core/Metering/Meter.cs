using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Threading.Channels;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>Conversions to hold before the upstream is called.</summary>
/// <param name="SecretHash">Hash of the token's secret; the token's state is judged in the same transaction.</param>
/// <param name="Converter">"docx-to-pdf".</param>
/// <param name="Quantity">At least 1; null holds what such a conversion has cost (see <see cref="ConverterPeak"/>).</param>
/// <param name="Caller">Where the request came from, for tokens that are bound to networks.</param>
/// <param name="Origin">The web origin that a browser says it calls from; null where it is no browser.</param>
public sealed record ReserveRequest(
    byte[] SecretHash,
    string Converter,
    long? Quantity = null,
    IPAddress? Caller = null,
    string? Origin = null);

public abstract record ReserveResult
{
    private ReserveResult()
    {
    }

    public sealed record Held(Guid ReservationId, ResellerId ResellerId, CustomerId CustomerId, long Quantity) : ReserveResult;

    public sealed record UnknownToken : ReserveResult;

    /// <summary>The token is for the upstream's own address, which counts its usage.</summary>
    public sealed record UsedUpstream : ReserveResult;

    public sealed record TokenRevoked(DateTimeOffset AtUtc) : ReserveResult;

    /// <summary>The customer's account is paused until it has paid.</summary>
    public sealed record AccountPaused : ReserveResult;

    public sealed record TokenExpired(DateTimeOffset AtUtc) : ReserveResult;

    public sealed record TokenNotYetValid(DateTimeOffset FromUtc) : ReserveResult;

    public sealed record ConverterNotAllowed(IReadOnlyList<string> Allowed) : ReserveResult;

    public sealed record CallerNotAllowed(IPAddress? Caller) : ReserveResult;

    public sealed record OriginNotAllowed(string Origin) : ReserveResult;

    /// <param name="RenewsOn">First day of the next month where the limit is monthly; null where it is for ever.</param>
    public sealed record LimitReached(long UsageLimit, DateOnly? RenewsOn) : ReserveResult;

    public sealed record TooManyInFlight(int Allowed) : ReserveResult;

    public sealed record TooManyRequests(int PerMinute, TimeSpan RetryAfter) : ReserveResult;

    /// <summary>The reseller's lots hold too little; the customer's own limit does not matter.</summary>
    public sealed record CreditsExhausted : ReserveResult;

    /// <summary>A prepaid customer's balance does not pay for the conversion.</summary>
    /// <param name="Left">What is left of the balance after the usage so far; below zero where that cost more.</param>
    public sealed record BalanceSpent(Money Left) : ReserveResult;

    /// <summary>It is to be found out whether the prepaid balance pays for it; never the meter's last word.</summary>
    internal sealed record CoverageUnknown(CoverageQuestion Question) : ReserveResult;
}

/// <summary>What the upstream charged for a reservation.</summary>
/// <param name="Quantity">Conversions charged; 0 releases the reservation; null is unknown and records the reserved quantity as
/// Unconfirmed.</param>
public sealed record SettleRequest(Guid ReservationId, long? Quantity, string? Reference = null);

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
/// <param name="coverage">Finds out what prepaid balances suffice for.</param>
/// <param name="capacity">How many reservations may wait; more are turned away at once.</param>
public sealed class Meter(IPrepaidCoverage coverage, int capacity = Meter.DefaultCapacity)
{
    public const int DefaultCapacity = 10_000;

    /// <summary>Others may take what was found out for one request; after so many times it is told to come again.</summary>
    private const int MostLooks = 5;

    // Unbounded, since a settlement is the truth of what happened and is never turned away; reservations are counted.
    private readonly Channel<MeterCommand> _queue = Channel.CreateUnbounded<MeterCommand>(
        new UnboundedChannelOptions { SingleReader = true });

    private int _waiting;

    /// <summary>
    /// Holds conversions, or says why not. Nothing is held unless <see cref="ReserveResult.Held"/> comes back. What is held
    /// outlives the process; it may reach the disk a flush later, and does before its settlement is answered.
    /// </summary>
    /// <exception cref="MeterUnavailableException">The database could not be written, or too many wait; nothing was held.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before the writer took it; nothing was held.</exception>
    public async Task<ReserveResult> ReserveAsync(ReserveRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Quantity ?? 1, 1);
        for (var look = 0; look < MostLooks; look++)
        {
            if (Volatile.Read(ref _waiting) >= capacity)
            {
                throw new MeterUnavailableException("Too many requests wait for the ledger. Try again in a few seconds.");
            }

            var command = new ReserveCommand(request);
            Post(command);
            using var registration = cancellationToken.UnsafeRegister(
                static (state, token) => ((ReserveCommand)state!).TryCancel(token), command);
            var result = await command.Answer;
            if (result is not ReserveResult.CoverageUnknown unknown)
            {
                return result;
            }

            if (await coverage.EnsureCoveredAsync(unknown.Question, cancellationToken) is { } spent)
            {
                return spent;
            }
        }

        throw new MeterUnavailableException("The prepaid balance is in use by too many requests at once. Try again in a few seconds.");
    }

    /// <summary>Records what a reservation cost; answered when that is on the disk. Repeating it answers the first entry.</summary>
    /// <exception cref="MeterUnavailableException">The database could not be written; the reservation stays held.</exception>
    public Task<SettleResult> SettleAsync(SettleRequest request)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(request.Quantity ?? 0);
        var command = new SettleCommand(request);
        Post(command);
        return command.Answer;
    }

    /// <summary>Gives a reservation back, because the upstream did not charge for it. Repeating it changes nothing.</summary>
    /// <exception cref="MeterUnavailableException">The database could not be written; the reservation stays held.</exception>
    public Task<SettleResult> ReleaseAsync(Guid reservationId) => SettleAsync(new SettleRequest(reservationId, 0));

    /// <returns>False once the queue is closed and empty.</returns>
    internal ValueTask<bool> WaitAsync() => _queue.Reader.WaitToReadAsync();

    internal bool TryRead([NotNullWhen(true)] out MeterCommand? command)
    {
        var isRead = _queue.Reader.TryRead(out command);
        if (isRead)
        {
            Interlocked.Decrement(ref _waiting);
        }

        return isRead;
    }

    internal void StopAccepting() => _queue.Writer.TryComplete();

    private void Post(MeterCommand command)
    {
        Interlocked.Increment(ref _waiting);
        if (!_queue.Writer.TryWrite(command))
        {
            Interlocked.Decrement(ref _waiting);
            command.Fail(new MeterUnavailableException("The portal is shutting down. Try again in a few seconds."));
        }
    }
}

/// <summary>Whether a prepaid customer's balance suffices for a request.</summary>
/// <param name="Least">Conversions that are needed at least.</param>
public sealed record CoverageQuestion(ResellerId ResellerId, CustomerId CustomerId, string Converter, string Environment, long Least);

/// <summary>Finds out how many conversions a prepaid customer's balance suffices for.</summary>
public interface IPrepaidCoverage
{
    /// <summary>Writes down what the balance covers, for the meter to take from.</summary>
    /// <returns>Null where what is asked for is covered.</returns>
    Task<ReserveResult.BalanceSpent?> EnsureCoveredAsync(CoverageQuestion question, CancellationToken cancellationToken);
}

/// <summary>The ledger cannot be written just now; the caller may try again.</summary>
public sealed class MeterUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
