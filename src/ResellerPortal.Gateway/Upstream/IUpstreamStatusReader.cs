namespace ResellerPortal.Gateway.Upstream;

/// <summary>A request that the upstream did not answer, or whose account it refused.</summary>
public sealed record UpstreamFailure(DateTimeOffset AtUtc, string Reason);

/// <summary>An upstream address as this node knows it.</summary>
/// <param name="IsDown">Whether requests to it are rejected at once.</param>
/// <param name="RejectedCustomers">Customers whose requests alone are rejected, because theirs got no answers.</param>
/// <param name="LastFailure">Null if none failed since this node started.</param>
public sealed record UpstreamStatus(string BaseAddress, bool IsDown, int RejectedCustomers, UpstreamFailure? LastFailure);

/// <summary>Reads how the upstream does, without asking it.</summary>
public interface IUpstreamStatusReader
{
    /// <summary>The addresses that this node has sent requests to.</summary>
    IReadOnlyList<UpstreamStatus> List();
}
