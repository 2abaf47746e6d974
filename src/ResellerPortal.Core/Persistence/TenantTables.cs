using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Persistence;

/// <summary>Whose rows a table holds.</summary>
public enum TableOwner
{
    /// <summary>The resellers themselves: a reseller and its customers see its row.</summary>
    Resellers,

    /// <summary>The customers themselves.</summary>
    Customers,

    /// <summary>Rows of a reseller that do not exist for its customers.</summary>
    Reseller,

    /// <summary>Rows of a customer, or of whatever level names itself in them.</summary>
    Customer,
}

/// <summary>Which tables belong to tenants, from the model: what the database's own protection has to cover.</summary>
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
