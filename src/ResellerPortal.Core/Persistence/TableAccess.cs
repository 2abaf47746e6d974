using System.Reflection;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
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

    /// <summary>Rows of the installation that every scope reads and no tenant writes.</summary>
    Installation,

    /// <summary>Users, their credentials and the portal's keys, which no tenant's scope sees.</summary>
    Identity,
}

/// <summary>What a database server must allow on one table, and nothing more.</summary>
/// <param name="Writes">The writes of the running portal in any scope.</param>
/// <param name="ByCustomers">The writes in a customer's scope.</param>
/// <param name="HasRole">Whether its rows give somebody a role.</param>
public sealed record TableAccess(
    string? Schema,
    string Name,
    TableOwner Owner,
    RowWrites Writes,
    RowWrites ByCustomers,
    bool HasRole)
{
    /// <summary>The schema of users, their credentials and the portal's keys, on servers that have schemas.</summary>
    public const string IdentitySchema = "identity";

    /// <summary>The tables of the model, ordered by name.</summary>
    public static IReadOnlyList<TableAccess> FromModel(DbContext db) =>
        [.. db.Model.GetEntityTypes().Where(e => !e.IsMappedToJson()).Select(FromEntity).OrderBy(t => t.Name, StringComparer.Ordinal)];

    /// <summary>Whether an entity holds users, their credentials or the portal's keys.</summary>
    internal static bool IsIdentity(Type entity) =>
        entity == typeof(PortalUser)
        || entity == typeof(DataProtectionKey)
        || typeof(IIdentityRow).IsAssignableFrom(entity)
        || entity.Namespace == typeof(Microsoft.AspNetCore.Identity.IdentityUserLogin<>).Namespace;

    internal static TableAccess FromEntity(IEntityType entity)
    {
        var type = entity.ClrType;
        var allowed = type.GetCustomAttribute<AllowedWritesAttribute>();
        var writes = type == typeof(DataProtectionKey) ? RowWrites.Insert : allowed?.Writes ?? RowWrites.All;
        return new TableAccess(
            entity.GetSchema(),
            entity.GetTableName()!,
            FindOwner(entity),
            writes,
            allowed?.ByCustomers ?? RowWrites.None,
            HasRole: entity.GetProperties().Any(p => p.ClrType == typeof(Role)));
    }

    private static TableOwner FindOwner(IEntityType entity) => entity.ClrType switch
    {
        var type when type == typeof(Reseller) => TableOwner.Resellers,
        var type when type == typeof(Customer) => TableOwner.Customers,
        var type when IsIdentity(type) => TableOwner.Identity,
        var type when !type.IsAssignableTo(typeof(IResellerOwned)) && !type.IsAssignableTo(typeof(IOwnedAtAnyLevel)) =>
            TableOwner.Installation,
        var type when type.IsAssignableTo(typeof(IResellerOwned)) && !type.IsAssignableTo(typeof(ICustomerOwned)) => TableOwner.Reseller,
        _ => entity.FindProperty(nameof(ICustomerOwned.CustomerId)) is null ? TableOwner.Reseller : TableOwner.Customer,
    };
}
