using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Components.Server.Circuits;
using ResellerPortal.Core.Accounts;

namespace ResellerPortal.Web.Account;

/// <summary>Whether somebody did something in a circuit since it was last asked. Pings of the connection do not count.</summary>
internal sealed class CircuitActivity : CircuitHandler
{
    private int _wasUsed = 1;

    public bool TakeWasUsed() => Interlocked.Exchange(ref _wasUsed, 0) == 1;

    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(
        Func<CircuitInboundActivityContext, Task> next) => context =>
    {
        Volatile.Write(ref _wasUsed, 1);
        return next(context);
    };
}

/// <summary>
/// Asks every few seconds whether the session and the seat behind an open circuit are still there. Once they are not, the
/// circuit knows nobody any more; its acts were refused before that, since each asks for itself.
/// </summary>
internal sealed class SessionRevalidator(
    ILoggerFactory loggers,
    MembershipDirectory memberships,
    UserSessionService sessions,
    CircuitActivity activity,
    IHostApplicationLifetime lifetime)
    : RevalidatingServerAuthenticationStateProvider(loggers)
{
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(15);

    /// <summary>A circuit may be left over when the server has stopped; then there is no database to ask any more.</summary>
    protected override async Task<bool> ValidateAuthenticationStateAsync(
        AuthenticationState authenticationState,
        CancellationToken cancellationToken) =>
        lifetime.ApplicationStopping.IsCancellationRequested
        || (authenticationState.User.SignedInUser is { } who
            && await sessions.IsAliveAsync(who.UserId, who.SessionId, activity.TakeWasUsed(), cancellationToken)
            && await memberships.FindActorAsync(who, cancellationToken) is { NeedsSecondFactor: false });
}

/// <summary>How many circuits one user may have open on a node; each holds memory.</summary>
internal sealed class CircuitBudget
{
    public const int MaxPerUser = 40;

    private readonly Dictionary<Guid, int> _open = [];

    public bool TryOpen(Guid user)
    {
        lock (_open)
        {
            var count = _open.GetValueOrDefault(user);
            _open[user] = count < MaxPerUser ? count + 1 : count;
            return count < MaxPerUser;
        }
    }

    public void Close(Guid user)
    {
        lock (_open)
        {
            if (--_open[user] == 0)
            {
                _open.Remove(user);
            }
        }
    }
}

/// <summary>Refuses a circuit beyond a user's budget.</summary>
internal sealed class CircuitLimit(CircuitBudget budget, AuthenticationStateProvider authentication) : CircuitHandler
{
    private Guid? _user;

    public override async Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User.PortalUserId ?? Guid.Empty;
        if (!budget.TryOpen(user))
        {
            throw new InvalidOperationException($"A user has more than {CircuitBudget.MaxPerUser} windows of the portal open. Close some.");
        }

        _user = user;
    }

    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        if (_user is { } user)
        {
            budget.Close(user);
        }

        return Task.CompletedTask;
    }
}
