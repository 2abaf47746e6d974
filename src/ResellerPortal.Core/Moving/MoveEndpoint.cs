using Microsoft.AspNetCore.DataProtection;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Persistence.Copying;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Moving;

/// <summary>One of the two databases of a move, and what it takes to work with it.</summary>
/// <param name="RuntimeConnectionString">How the running portal connects.</param>
/// <param name="OwnerConnectionString">How the tables' owner connects; the same for a database without roles.</param>
/// <param name="Protection">Reads what the database's own keys encrypt.</param>
public sealed record MoveEndpoint(
    PortalDatabase Database,
    CopyDialect Dialect,
    string RuntimeConnectionString,
    string OwnerConnectionString,
    IDataProtectionProvider Protection)
{
    private static readonly TenantScope Scope = TenantScope.CrossTenants("copying between databases");

    internal PortalDbContext Open() => Database.Open(Scope);

    internal Task<CopyConnection> ConnectAsync(CopyScope scope, bool isTarget, bool isAlone, CancellationToken cancellationToken) =>
        CopyConnection.OpenAsync(Dialect, OwnerConnectionString, scope, isTarget, isAlone, cancellationToken);
}

/// <summary>What a table holds at both ends.</summary>
public sealed record TableCheck(string Table, long Rows, bool IsEqual);

/// <summary>The result of a move's last pass.</summary>
/// <param name="Faults">Why the target must not take over; empty if it has.</param>
public sealed record MoveReport(CopyResult Copied, IReadOnlyList<TableCheck> Tables, long Entries, IReadOnlyList<string> Faults);
