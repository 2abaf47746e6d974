using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Persistence;

/// <summary>The kind of tenant that owns a table's rows.</summary>
public enum TableOwner
{
    /// <summary>The resellers table: a reseller and its customers see its row.</summary>
    Resellers,

    /// <summary>The customers table.</summary>
    Customers,

    /// <summary>Rows of a reseller that its customers cannot see.</summary>
    Reseller,

    /// <summary>Rows of a customer, or of the level named in the row.</summary>
    Customer,
}

/// <summary>The tenant-owned tables of the model, which the database's row-level security must cover.</summary>
public static class TenantTables
{
    public static IReadOnlyDictionary<string, TableOwner> FromModel(DbContext db) => db.Model.GetEntityTypes()
        .Select(entity => (Table: entity.GetTableName()!, Owner: FindOwner(entity)))
        .Where(t => t.Owner is not null)
        .ToDictionary(t => t.Table, t => t.Owner!.Value);

    private static TableOwner? FindOwner(IEntityType entity) =>
        entity.ClrType == typeof(Reseller) ? TableOwner.Resellers
        : entity.ClrType == typeof(Customer) ? TableOwner.Customers
        : !entity.ClrType.IsAssignableTo(typeof(IResellerOwned)) && !entity.ClrType.IsAssignableTo(typeof(IOwnedAtAnyLevel)) ? null
        : entity.FindProperty(nameof(ICustomerOwned.CustomerId)) is null
            || !entity.ClrType.IsAssignableTo(typeof(ICustomerOwned)) && !entity.ClrType.IsAssignableTo(typeof(IOwnedAtAnyLevel))
                ? TableOwner.Reseller
        : TableOwner.Customer;
}
