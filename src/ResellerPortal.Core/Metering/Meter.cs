using System.Net;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>A request to reserve conversions before the upstream is called.</summary>
/// <param name="Reseller">Whose token it is: a reseller's commands share a writer, and so its locks.</param>
/// <param name="SecretHash">Hash of the token's secret; the token's state is checked in the same transaction.</param>
/// <param name="Converter">Converter name, such as "docx-to-pdf".</param>
/// <param name="Quantity">At least 1; null reserves what <see cref="ReserveQuantityPolicy"/> says for the extent.</param>
/// <param name="Caller">The caller's address, for tokens restricted to networks.</param>
/// <param name="Origin">The web origin sent by a browser; null for other clients.</param>
/// <param name="Extent">What the request has to convert; null for one file.</param>
public sealed record ReserveRequest(
    ResellerId Reseller,
    byte[] SecretHash,
    string Converter,
    long? Quantity = null,
    IPAddress? Caller = null,
    string? Origin = null,
    RequestExtent? Extent = null);

/// <summary>The operator's terms for what is held.</summary>
/// <param name="DefaultCeiling">The most that one request may cost if the operator does not state it for its converter.</param>
public sealed record MeterTerms(long DefaultCeiling = MeterTerms.UsualCeiling)
{
    public const long UsualCeiling = 10;
}

/// <summary>What one request has to convert, as far as it is known.</summary>
/// <param name="Files">The number of files and addresses.</param>
/// <param name="Pages">The pages that each file is limited to; null if unknown.</param>
/// <param name="Bytes">The size of all files; null if unknown.</param>
/// <param name="IsOpen">Whether its upload is still open, which its caller may draw out.</param>
public sealed record RequestExtent(int Files, long? Pages = null, long? Bytes = null, bool IsOpen = false)
{
    internal static RequestExtent OneFile { get; } = new(1);
}

public abstract record ReserveResult
{
    private ReserveResult()
    {
    }

    public sealed record Held(Guid ReservationId, ResellerId ResellerId, CustomerId CustomerId, long Quantity) : ReserveResult
    {
        public RowKey Key => new(ResellerId, ReservationId);
    }

    public sealed record UnknownToken : ReserveResult;

    /// <summary>The token is used directly at the upstream, which counts its usage.</summary>
    public sealed record UsedUpstream : ReserveResult;

    public sealed record TokenRevoked(DateTimeOffset AtUtc) : ReserveResult;

    /// <summary>The customer's account is paused until overdue invoices are paid.</summary>
    public sealed record AccountPaused : ReserveResult;

    /// <summary>The reseller is being moved to another database, or was.</summary>
    /// <param name="MovedAtUtc">Null until the other database has taken over.</param>
    public sealed record ResellerMoving(DateTimeOffset? MovedAtUtc) : ReserveResult;

    public sealed record TokenExpired(DateTimeOffset AtUtc) : ReserveResult;

    public sealed record TokenNotYetValid(DateTimeOffset FromUtc) : ReserveResult;

    public sealed record ConverterNotAllowed(IReadOnlyList<string> Allowed) : ReserveResult;

    public sealed record CallerNotAllowed(IPAddress? Caller) : ReserveResult;

    public sealed record OriginNotAllowed(string Origin) : ReserveResult;

    /// <param name="RenewsOn">First day of the next month if the limit is monthly; otherwise null.</param>
    /// <param name="Left">Conversions that the limit leaves to this request.</param>
    /// <param name="Needed">Conversions that this request may cost at worst.</param>
    public sealed record LimitReached(long UsageLimit, DateOnly? RenewsOn, long Left, long Needed) : ReserveResult;

    public sealed record TooManyInFlight(int Allowed) : ReserveResult;

    public sealed record TooManyRequests(int PerMinute, TimeSpan RetryAfter) : ReserveResult;

    /// <summary>The reseller's lots have too few conversions left, regardless of the customer's own limit.</summary>
    public sealed record CreditsExhausted : ReserveResult;

    /// <summary>
    /// The customer's other requests in flight hold its share of the reseller's conversions; the request succeeds once they end.
    /// </summary>
    public sealed record ShareReached : ReserveResult;

    /// <summary>
    /// Other requests in flight hold some of the conversions that this one may cost at worst; it may succeed once they end.
    /// </summary>
    public sealed record RemainderHeld : ReserveResult;

    /// <summary>The reseller's lots have too few conversions left beside those that requests in flight hold.</summary>
    public sealed record CreditsHeld : ReserveResult;

    /// <summary>The reservation to extend has ended or never existed.</summary>
    public sealed record ReservationEnded : ReserveResult;

    /// <summary>The prepaid customer's balance does not cover the conversion.</summary>
    /// <param name="Left">The balance after usage so far; negative if usage exceeded it.</param>
    public sealed record BalanceSpent(Money Left) : ReserveResult;

    /// <summary>The meter does not know yet whether the prepaid balance covers the conversion; never returned to callers.</summary>
    internal sealed record CoverageUnknown(CoverageQuestion Question) : ReserveResult;
}

/// <summary>What the upstream charged for a reservation.</summary>
/// <param name="Quantity">Conversions charged; 0 releases the reservation; null means unknown and records the reserved quantity as
/// Unconfirmed.</param>
public sealed record SettleRequest(RowKey Reservation, long? Quantity, string? Reference = null)
{
    public Guid ReservationId => Reservation.Id;
}

public abstract record SettleResult
{
    private SettleResult()
    {
    }

    public sealed record Recorded(long Sequence, long Quantity) : SettleResult;

    public sealed record Released : SettleResult;

    /// <summary>Neither held nor recorded: the reservation was released earlier or never existed.</summary>
    public sealed record Gone : SettleResult;
}

/// <summary>
/// Meters live requests: reserve, then settle or release. All commands of a node are committed by its <see cref="MeterWriter"/>, which
/// batches queued commands into transactions; a command completes only after its commit.
/// </summary>
/// <param name="coverage">Determines how many conversions prepaid balances cover.</param>
/// <param name="capacity">Maximum number of queued reservations; further ones are rejected at once.</param>
/// <param name="terms">Null for the defaults.</param>
/// <param name="requests">Counts what became of requests; null for a meter that need not count.</param>
public sealed class Meter(
    IPrepaidCoverage coverage,
    int capacity = Meter.DefaultCapacity,
    MeterTerms? terms = null,
    TokenRequestRecorder? requests = null)
{
    public const int DefaultCapacity = 10_000;

    /// <summary>
    /// Maximum coverage attempts before the request fails as unavailable, since concurrent requests may use up the coverage.
    /// </summary>
    private const int MaxCoverageAttempts = 20;

    private readonly MeterRoutes _routes = new();

    /// <summary>Commands of this node that wait for a writer.</summary>
    public int Waiting => _routes.Waiting;

    /// <summary>Maximum number of queued reservations.</summary>
    public int Capacity => capacity;

    internal MeterTerms Terms { get; } = terms ?? new MeterTerms();

    /// <summary>
    /// Reserves conversions or returns the refusal; nothing is held unless the result is <see cref="ReserveResult.Held"/>. A reservation
    /// survives a process crash; it may be flushed to disk after this returns, but always before its settlement completes.
    /// </summary>
    /// <exception cref="MeterUnavailableException">The database could not be written, or the queue is full; nothing was held.</exception>
    /// <exception cref="OperationCanceledException">The request was cancelled before the writer processed it; nothing was held.</exception>
    public Task<ReserveResult> ReserveAsync(ReserveRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Quantity ?? 1, 1);
        Validate(request.Extent ?? RequestExtent.OneFile);
        return HoldAsync(() => new ReserveCommand(request), request.Reseller, cancellationToken);
    }

    /// <summary>
    /// Raises what an open reservation holds to what its request needs now that more of it is known; it never lowers it. Repeating it
    /// changes nothing. Refused as for <see cref="ReserveAsync"/>; the reservation then stays as it is.
    /// </summary>
    /// <param name="extent">The whole request as far as it is known, not what was added.</param>
    /// <returns><see cref="ReserveResult.Held"/> with the whole quantity held, or the refusal.</returns>
    /// <exception cref="MeterUnavailableException">The database could not be written, or the queue is full; nothing changed.</exception>
    /// <exception cref="OperationCanceledException">The request was cancelled before the writer processed it; nothing changed.</exception>
    public Task<ReserveResult> ExtendAsync(RowKey reservation, RequestExtent extent, CancellationToken cancellationToken = default)
    {
        Validate(extent);
        return HoldAsync(() => new ExtendCommand(reservation, extent), reservation.Reseller, cancellationToken);
    }

    /// <summary>
    /// Records the cost of a reservation; completes once it is on disk. Repeating it returns the first entry. The cost of a reservation
    /// that was recorded as Unconfirmed meanwhile becomes a correction of that entry.
    /// </summary>
    /// <exception cref="MeterUnavailableException">The database could not be written; the reservation stays held.</exception>
    public Task<SettleResult> SettleAsync(SettleRequest request)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(request.Quantity ?? 0);
        var command = new SettleCommand(request);
        Post(command, request.Reservation.Reseller);
        return command.Answer;
    }

    /// <summary>Releases a reservation that the upstream did not charge. Repeating it changes nothing.</summary>
    /// <exception cref="MeterUnavailableException">The database could not be written; the reservation stays held.</exception>
    public Task<SettleResult> ReleaseAsync(RowKey reservation) => SettleAsync(new SettleRequest(reservation, 0));

    /// <summary>Divides the commands among writers; call it before the first command.</summary>
    /// <param name="isByReseller">Whether a queue hands out the commands of one reseller at a time.</param>
    /// <returns>A queue for each writer.</returns>
    internal IReadOnlyList<MeterQueue> Divide(int writers, bool isByReseller = false) => _routes.Divide(writers, isByReseller);

    internal void StopAccepting() => _routes.Close();

    private static void Validate(RequestExtent extent)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(extent.Files, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(extent.Pages ?? 0);
        ArgumentOutOfRangeException.ThrowIfNegative(extent.Bytes ?? 0);
    }

    /// <summary>Runs a command that holds conversions, and again once the prepaid balance is known to cover them.</summary>
    private async Task<ReserveResult> HoldAsync(
        Func<HoldCommand> create, ResellerId reseller, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxCoverageAttempts; attempt++)
        {
            if (Waiting >= Capacity)
            {
                throw new MeterUnavailableException("Too many requests are waiting for the ledger. Try again in a few seconds.");
            }

            var command = create();
            Post(command, reseller);
            using var registration = cancellationToken.UnsafeRegister(
                static (state, token) => ((MeterCommand<ReserveResult>)state!).TryCancel(token), command);
            var result = await command.Answer;
            if (result is not ReserveResult.CoverageUnknown unknown)
            {
                return Count(command, result);
            }

            if (await coverage.EnsureCoveredAsync(unknown.Question, cancellationToken) is { } spent)
            {
                return Count(command, unknown.Question.IsGuess ? new ReserveResult.RemainderHeld() : spent);
            }
        }

        throw new MeterUnavailableException("The prepaid balance is in use by too many requests at once. Try again in a few seconds.");
    }

    private ReserveResult Count(HoldCommand command, ReserveResult result)
    {
        if (command.Owner is { } owner && (command.IsFirst || result is not ReserveResult.Held))
        {
            requests?.Add(owner, result);
        }

        return result;
    }

    private void Post(MeterCommand command, ResellerId reseller)
    {
        if (!_routes.Find(reseller).TryAdd(command))
        {
            command.Fail(new MeterUnavailableException("The portal is shutting down. Try again in a few seconds."));
        }
    }
}

/// <summary>Asks whether a prepaid customer's balance covers a request.</summary>
/// <param name="Least">The minimum number of conversions needed.</param>
/// <param name="IsGuess">Whether the request will probably cost less, so that a balance that does not cover it is not spent.</param>
public sealed record CoverageQuestion(
    ResellerId ResellerId,
    CustomerId CustomerId,
    string Converter,
    string Environment,
    long Least,
    bool IsGuess = false);

/// <summary>Determines how many conversions a prepaid customer's balance covers.</summary>
public interface IPrepaidCoverage
{
    /// <summary>Stores the covered quantity for the meter to consume.</summary>
    /// <returns>Null if the request is covered.</returns>
    Task<ReserveResult.BalanceSpent?> EnsureCoveredAsync(CoverageQuestion question, CancellationToken cancellationToken);
}

/// <summary>The ledger cannot be written at the moment; the caller may retry.</summary>
public sealed class MeterUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
