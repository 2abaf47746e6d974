using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Components.Server.Circuits;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Web.Account;

/// <summary>Tracks whether a circuit was used since the last check. Connection pings do not count.</summary>
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
/// Checks every few seconds whether the session and the membership of an open circuit still exist. Once they do not, the circuit
/// is signed out; its actions are refused even earlier because each one checks access itself.
/// </summary>
internal sealed class SessionRevalidator(
    ILoggerFactory loggers,
    MembershipDirectory memberships,
    UserSessionService sessions,
    CircuitActivity activity,
    PortalDatabase database,
    IHostApplicationLifetime lifetime)
    : RevalidatingServerAuthenticationStateProvider(loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger<SessionRevalidator>();

    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(15);

    /// <summary>
    /// Skips the check while the server stops, because a circuit may outlive the database, and puts it off while the database is away:
    /// otherwise a brief outage would sign out everybody. Until then nothing can be read or changed anyway.
    /// </summary>
    protected override async Task<bool> ValidateAuthenticationStateAsync(
        AuthenticationState authenticationState,
        CancellationToken cancellationToken)
    {
        try
        {
            return lifetime.ApplicationStopping.IsCancellationRequested
                || (authenticationState.User.SignedInUser is { } who
                    && await sessions.IsAliveAsync(who.UserId, who.SessionId, activity.TakeWasUsed(), cancellationToken)
                    && await memberships.FindActorAsync(who, cancellationToken) is { NeedsSecondFactor: false, IsMoving: false });
        }
        catch (Exception failure) when (database.IsAway(failure))
        {
            _logger.LogWarning("A session could not be checked, because the database is away: {Reason}", failure.Message);
            return true;
        }
    }
}

/// <summary>
/// A circuit belongs to the user who opened it. Somebody else who reconnects to it, as in a browser where another user has signed in
/// since, is signed out of it.
/// </summary>
internal sealed class CircuitOwner(AuthenticationStateProvider authentication) : CircuitHandler
{
    private Guid? _user;

    public override async Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        _user = (await authentication.GetAuthenticationStateAsync()).User.PortalUserId;
        authentication.AuthenticationStateChanged += SignOutOthers;
    }

    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        authentication.AuthenticationStateChanged -= SignOutOthers;
        return Task.CompletedTask;
    }

    private async void SignOutOthers(Task<AuthenticationState> state)
    {
        if ((await state).User.PortalUserId is { } user && user != _user)
        {
            // The pages hear of the other user first; only then may they hear that nobody is signed in.
            await Task.Yield();
            ((IHostEnvironmentAuthenticationStateProvider)authentication).SetAuthenticationState(
                Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity()))));
        }
    }
}

/// <summary>Limits the number of open circuits per user on a node, since each one holds memory.</summary>
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

/// <summary>Refuses circuits beyond a user's limit.</summary>
internal sealed class CircuitLimit(CircuitBudget budget, AuthenticationStateProvider authentication) : CircuitHandler
{
    private Guid? _user;

    public override async Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User.PortalUserId ?? Guid.Empty;
        if (!budget.TryOpen(user))
        {
            throw new InvalidOperationException($"More than {CircuitBudget.MaxPerUser} portal windows are open. Close some of them.");
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
