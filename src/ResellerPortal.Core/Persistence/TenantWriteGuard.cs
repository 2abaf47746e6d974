using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Diagnostics;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Persistence;

/// <summary>
/// Prevents saving a row that belongs, or belonged, to a tenant outside the context's scope. Does not cover ExecuteUpdate and
/// ExecuteDelete, which the query filter restricts, or raw SQL, which only the dialects may use.
/// </summary>
public sealed class TenantWriteGuard : SaveChangesInterceptor
{
    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        Check(eventData.Context);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Check(eventData.Context);
        return ValueTask.FromResult(result);
    }

    private static void Check(DbContext? context)
    {
        if (context is not PortalDbContext { Scope.CrossesTenants: false } db)
        {
            return;
        }

        foreach (var entry in db.ChangeTracker.Entries())
        {
            if (entry.State is EntityState.Added or EntityState.Modified or EntityState.Deleted && !IsInside(entry, db.Scope))
            {
                throw new TenantViolationException(entry.Metadata.ClrType.Name, db.Scope);
            }
        }
    }

    /// <summary>Whether a row's current values belong to the scope.</summary>
    internal static bool IsInside(object row, TenantScope scope) => scope.CrossesTenants || row switch
    {
        Reseller reseller => scope.Customer is null && scope.Contains(reseller.Id, null),
        ICustomerOwned owned => scope.Contains(owned.ResellerId, owned.CustomerId),
        IResellerOwned owned => scope.Customer is null && scope.Contains(owned.ResellerId, null),
        IOwnedAtAnyLevel owned => scope.Contains(owned.ResellerId, owned.CustomerId),
        _ => true,
    };

    private static bool IsInside(EntityEntry entry, TenantScope scope) => IsInside(entry.Entity, scope) && entry.Entity switch
    {
        Customer customer => scope.Contains(Original<ResellerId>(entry, nameof(Customer.ResellerId)), customer.Id),
        ICustomerOwned owned =>
            scope.Contains(Original<ResellerId>(entry, nameof(owned.ResellerId)), Original<CustomerId>(entry, nameof(owned.CustomerId))),
        IResellerOwned owned => scope.Contains(Original<ResellerId>(entry, nameof(owned.ResellerId)), null),
        IOwnedAtAnyLevel owned =>
            scope.Contains(Original<ResellerId?>(entry, nameof(owned.ResellerId)), Original<CustomerId?>(entry, nameof(owned.CustomerId))),
        _ => true,
    };

    private static T? Original<T>(EntityEntry entry, string property) =>
        (T?)(entry.State == EntityState.Added ? entry.Property(property).CurrentValue : entry.Property(property).OriginalValue);
}

/// <summary>A write crossed a tenant boundary: always a programming error, never caused by user input.</summary>
public sealed class TenantViolationException(string entity, TenantScope scope)
    : InvalidOperationException($"A {entity} of another tenant was about to be written within {scope}.");
