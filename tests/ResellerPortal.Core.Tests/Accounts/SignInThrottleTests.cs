using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Outbox;

namespace ResellerPortal.Core.Tests.Accounts;

public sealed class SignInThrottleTests
{
    private const string Network = "203.0.113.9";

    /// <summary>The Kelvin sign (U+212A) and the long s (U+017F) have the capitals of "k" and "s".</summary>
    [Theory]
    [InlineData("\u212Aelvins@kelvins.example")]
    [InlineData("kelvin\u017F@\u212Aelvin\u017F.example")]
    [InlineData(" KELVINS@Kelvins.example ")]
    public async Task Every_spelling_that_finds_an_account_shares_its_lockout_and_its_emails(string spelling)
    {
        const string Address = "kelvins@kelvins.example";
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        await sqlite.Data.AddOperatorAsync(Address);
        var throttle = new SignInThrottle(sqlite.Database, sqlite.Clock);
        for (var i = 0; i < SignInThrottle.MaxFailures; i++)
        {
            await throttle.RecordFailureAsync(i % 2 == 0 ? spelling : Address, Network);
        }

        Assert.True(await throttle.IsLockedAsync(Address, Network));
        Assert.True(await throttle.IsLockedAsync(spelling, Network));
        var accounts = new UserAccountService(
            sqlite.Database,
            new AuditSealingWorker(sqlite.Database, sqlite.Clock, NullLogger<AuditSealingWorker>.Instance),
            new MembershipDirectory(sqlite.Database, sqlite.Clock, new AccountOptions()),
            sqlite.Clock);
        await accounts.QueuePasswordResetAsync(spelling);
        await accounts.QueuePasswordResetAsync(Address);

        await using var db = sqlite.OpenAll();
        var user = await db.Users.SingleAsync();
        Assert.Equal(
            [(EmailKind.PasswordReset, Address, null), (EmailKind.AccountChange, Address, user.Id)],
            (await db.OutboxEmails.ToListAsync()).OrderBy(e => e.UserId).Select(e => (e.Kind, e.To, e.UserId)));
        await throttle.ClearAsync(spelling, Network);
        Assert.Empty(await db.Set<SignInFailure>().ToListAsync());
    }
}
