using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Persistence.Copying;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Moving;

/// <summary>
/// Moves an installation, or one reseller, to another database. It is copied while the portal runs, as often as it takes; a last pass
/// closes the source, copies what has changed since, compares every table and verifies the target's ledgers before the target takes over.
/// </summary>
public sealed class DatabaseMove(
    MoveEndpoint source,
    MoveEndpoint target,
    TimeProvider clock,
    IProgress<CopyProgress>? progress = null)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    private readonly MoveValidator _validator = new(source, target);

    /// <summary>
    /// How long the last pass of a reseller waits for its requests in flight. What is open then is recorded by the target's sweeper.
    /// </summary>
    public TimeSpan LongestDrain { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Copies what the target does not have yet while the portal goes on serving.</summary>
    /// <param name="slug">The reseller to move; null for the whole installation.</param>
    /// <exception cref="CopyRefusedException">The message says why.</exception>
    public async Task<CopyResult> CopyAsync(string? slug, CancellationToken cancellationToken)
    {
        var subject = await _validator.ValidateAsync(slug, cancellationToken);
        if (subject.HasLeft || subject.Reseller?.MovingSinceUtc is not null)
        {
            throw new CopyRefusedException("The source is closed: the last pass has begun. Finish it, or cancel it first.");
        }

        return await CopyAsync(subject, cancellationToken);
    }

    /// <summary>Closes the source, copies the rest, compares both ends and lets the target take over.</summary>
    /// <exception cref="CopyRefusedException">The message says why.</exception>
    public async Task<MoveReport> FinishAsync(string? slug, CancellationToken cancellationToken)
    {
        var subject = await _validator.ValidateAsync(slug, cancellationToken);
        if (!subject.HasLeft)
        {
            await CopyAsync(subject, cancellationToken);
        }

        return subject.Reseller is { } reseller
            ? await FinishResellerAsync(subject, reseller, cancellationToken)
            : await FinishInstallationAsync(subject, cancellationToken);
    }

    /// <summary>Opens the source again after a last pass that did not end.</summary>
    /// <exception cref="CopyRefusedException">The target has taken over.</exception>
    public async Task CancelAsync(string? slug, CancellationToken cancellationToken)
    {
        var subject = await _validator.ValidateAsync(slug, cancellationToken);
        await using var from = await source.ConnectAsync(CopyScope.Installation, isTarget: false, isAlone: false, cancellationToken);
        await from.BeginAsync(cancellationToken);

        // Resellers that had left the source earlier stay closed.
        foreach (var reseller in subject.Reseller is { } one ? [one.Id] : await ReadArrivingAsync(cancellationToken))
        {
            await MoveMarks.SetAsync(from, reseller, null, null, cancellationToken);
        }

        await from.CommitAsync(cancellationToken);
    }

    private async Task<CopyResult> CopyAsync(MoveSubject subject, CancellationToken cancellationToken)
    {
        var scope = await CreateScopeAsync(subject, cancellationToken);
        await using var from = await source.ConnectAsync(scope, isTarget: false, isAlone: false, cancellationToken);
        await using var to = await target.ConnectAsync(scope, isTarget: true, isAlone: false, cancellationToken);
        var result = await RunAsync(from, to, scope, isLast: false, cancellationToken);
        if (scope.Reseller is null)
        {
            await MarkMovedEarlierAsync(to, cancellationToken);
            await CheckKeysAsync(from, cancellationToken);
        }

        return result;
    }

    private async Task<MoveReport> FinishInstallationAsync(MoveSubject subject, CancellationToken cancellationToken)
    {
        var tables = ReadTables();
        var scope = CopyScope.Installation;
        await using var from = await source.ConnectAsync(scope, isTarget: false, isAlone: true, cancellationToken);
        await using var to = await target.ConnectAsync(scope, isTarget: true, isAlone: false, cancellationToken);
        await from.LockAsync(tables, source.RuntimeConnectionString, cancellationToken);
        var copied = await RunAsync(from, to, scope, isLast: true, cancellationToken);
        var report = await VerifyAsync(from, to, scope, copied, cancellationToken);
        if (report.Faults.Count > 0)
        {
            return report;
        }

        if (!subject.HasLeft)
        {
            var now = clock.GetUtcNow();
            await MoveMarks.GuardAsync(from, tables, cancellationToken);
            await MoveMarks.SetAsync(from, null, now, now, cancellationToken);
        }

        await from.CommitAsync(cancellationToken);
        foreach (var reseller in await ReadArrivingAsync(cancellationToken))
        {
            await OpenAsync(to, reseller, cancellationToken);
        }

        return report;
    }

    private async Task<MoveReport> FinishResellerAsync(MoveSubject subject, Reseller reseller, CancellationToken cancellationToken)
    {
        var tables = ReadTables();
        if (!subject.HasLeft)
        {
            await using var closing = await source.ConnectAsync(CopyScope.Installation, isTarget: false, isAlone: false, cancellationToken);
            if (reseller.MovingSinceUtc is null)
            {
                await MoveMarks.SetTokensAsync(closing, reseller.Id, clock.GetUtcNow(), null, cancellationToken);
                await DrainAsync(reseller.Id, cancellationToken);
            }

            await MoveMarks.CloseAsync(closing, tables, reseller.Id, reseller.MovingSinceUtc ?? clock.GetUtcNow(), cancellationToken);
        }

        var scope = await CreateScopeAsync(subject, cancellationToken);
        await using var from = await source.ConnectAsync(scope, isTarget: false, isAlone: false, cancellationToken);
        await using var to = await target.ConnectAsync(scope, isTarget: true, isAlone: false, cancellationToken);
        var copied = await RunAsync(from, to, scope, isLast: true, cancellationToken);
        var report = await VerifyAsync(from, to, scope, copied, cancellationToken);
        if (report.Faults.Count > 0)
        {
            return report;
        }

        if (!subject.HasLeft)
        {
            var now = clock.GetUtcNow();
            await from.BeginAsync(cancellationToken);
            await MoveMarks.SetAsync(from, reseller.Id, now, now, cancellationToken);
            await from.CommitAsync(cancellationToken);
        }

        await OpenAsync(to, reseller.Id, cancellationToken);
        return report;
    }

    private async Task OpenAsync(CopyConnection to, ResellerId reseller, CancellationToken cancellationToken)
    {
        await to.BeginAsync(cancellationToken);
        await MoveMarks.SetAsync(to, reseller, null, null, cancellationToken);
        await to.CommitAsync(cancellationToken);

        // Only now, since the history of both ends was compared.
        var actor = Actor.Portal("copy-to", TenantScope.ForReseller(reseller));
        await using var db = target.Database.Open(actor.Scope);
        db.Audit(actor, clock.GetUtcNow(), "resellers.moved", "moved here from another database", reseller);
        await db.SaveChangesAsync(cancellationToken);
    }

    private Task<CopyResult> RunAsync(
        CopyConnection from,
        CopyConnection to,
        CopyScope scope,
        bool isLast,
        CancellationToken cancellationToken) =>
        new TableCopier(
            from,
            to,
            [.. ReadTables().Where(scope.Includes)],
            scope,
            UtcMicroseconds.From(clock.GetUtcNow()),
            progress).RunAsync(isLast, cancellationToken);

    private async Task<MoveReport> VerifyAsync(
        CopyConnection from,
        CopyConnection to,
        CopyScope scope,
        CopyResult copied,
        CancellationToken cancellationToken)
    {
        var checks = new List<TableCheck>();
        foreach (var table in ReadTables().Where(scope.Includes))
        {
            var (left, right) = await ReadDigestsAsync(table);
            checks.Add(new TableCheck(table.Name, left.Rows, left.Equals(right)));
        }

        List<string> faults = [.. checks.Where(c => !c.IsEqual).Select(c => $"{c.Table}: the target's rows differ from the source's.")];
        var (entries, found) = await MoveVerifier.VerifyAsync(target.Database, scope.Reseller, cancellationToken);
        return new MoveReport(copied, checks, entries, [.. faults, .. found]);

        async Task<(TableDigest Source, TableDigest Target)> ReadDigestsAsync(CopyTable table)
        {
            var reading = Task.Run(() => from.ComputeDigestAsync(table, cancellationToken), cancellationToken);
            var target = await to.ComputeDigestAsync(table, cancellationToken);
            return (await reading, target);
        }
    }

    private async Task<CopyScope> CreateScopeAsync(MoveSubject subject, CancellationToken cancellationToken)
    {
        if (subject.Reseller is not { } reseller)
        {
            return CopyScope.Installation;
        }

        await using var from = source.Open();
        await using var to = target.Open();
        await MovingReferences.AddPlansAsync(from, to, reseller, cancellationToken);
        return new CopyScope(
            reseller.Id,
            await MovingReferences.FindUsersAsync(from, to, reseller.Id, cancellationToken),
            new CopyCiphers(
                (purpose, text) => Decrypt(source, "source", purpose, text),
                (purpose, text) => Decrypt(target, "target", purpose, text),
                Encrypt));
    }

    /// <summary>With the target's own keys, none of which a copy makes.</summary>
    private string Encrypt(string purpose, string text)
    {
        try
        {
            return target.Protection.CreateProtector(purpose).Protect(text);
        }
        catch (CryptographicException failure)
        {
            throw new CopyRefusedException(
                "The target has no keys that its DataProtection settings can use. Start its portal once, and check that the settings are "
                    + "those of its nodes.",
                failure);
        }
    }

    private static string Decrypt(MoveEndpoint endpoint, string which, string purpose, string text)
    {
        try
        {
            return endpoint.Protection.CreateProtector(purpose).Unprotect(text);
        }
        catch (CryptographicException failure)
        {
            throw new CopyRefusedException(
                $"A secret in the {which} cannot be decrypted with the keys of its DataProtection settings ({purpose}). They must name the "
                    + "certificate or key service that the portal there has, and former certificates.",
                failure);
        }
    }

    /// <summary>With an installation go its keys, encrypted as they are: what reads them must be in the target's settings.</summary>
    private async Task CheckKeysAsync(CopyConnection from, CancellationToken cancellationToken)
    {
        foreach (var table in ReadTables())
        {
            foreach (var column in table.Columns.Where(c => c.ProtectedFor is not null))
            {
                CopyColumn[] columns = [column];
                var condition = ($"{from.Dialect.Quote(column.Name)} <> @empty", "@empty", CopyValueKind.Text, (object)"");
                if (await from.ReadPageAsync(table, columns, null, 1, cancellationToken, condition) is [[string text]])
                {
                    Decrypt(target, "target", column.ProtectedFor!, text);
                }
            }
        }
    }

    /// <summary>Waits until no request of the reseller is in flight.</summary>
    private async Task DrainAsync(ResellerId reseller, CancellationToken cancellationToken)
    {
        await using var db = source.Database.Open(TenantScope.ForReseller(reseller));
        var started = clock.GetTimestamp();
        while (await db.Reservations.AnyAsync(cancellationToken) && clock.GetElapsedTime(started) < LongestDrain)
        {
            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    /// <summary>Resellers that had left the source before stay away from the target too.</summary>
    private async Task MarkMovedEarlierAsync(CopyConnection to, CancellationToken cancellationToken)
    {
        await using var db = source.Open();
        foreach (var reseller in await db.Resellers.AsNoTracking().Where(r => r.MovedAtUtc != null).ToListAsync(cancellationToken))
        {
            await MoveMarks.SetAsync(to, reseller.Id, reseller.MovingSinceUtc, reseller.MovedAtUtc, cancellationToken);
        }
    }

    private async Task<List<ResellerId>> ReadArrivingAsync(CancellationToken cancellationToken)
    {
        await using var db = target.Open();
        return await db.Resellers
            .Where(r => r.MovingSinceUtc != null && r.MovedAtUtc == null)
            .Select(r => r.Id)
            .ToListAsync(cancellationToken);
    }

    private IReadOnlyList<CopyTable> ReadTables()
    {
        using var db = target.Open();
        return CopyTable.FromModel(db);
    }
}
