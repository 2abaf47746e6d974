using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Persistence;

/// <summary>
/// Puts the reseller into every key of the tables that resellers own, so that a reseller's rows lie together and can lie on a server of
/// their own: it leads the primary keys and the foreign keys between such tables, and ends the unique indexes, which are often searched
/// without it. A table marked with <see cref="UniqueAcrossResellersAttribute"/> keeps its unique indexes.
/// </summary>
internal static class TenantKeys
{
    public static void Apply(ModelBuilder builder)
    {
        List<IMutableEntityType> owned = [.. builder.Model.GetEntityTypes().Where(e => FindTenantProperty(e.ClrType) is not null)];
        foreach (var entity in owned)
        {
            LeadPrimaryKey(entity);
        }

        foreach (var foreignKey in owned.SelectMany(e => e.GetForeignKeys()).Where(f => owned.Contains(f.PrincipalEntityType)).ToList())
        {
            LeadForeignKey(foreignKey);
        }

        foreach (var entity in owned)
        {
            foreach (var former in entity.GetKeys().Where(k => !k.IsPrimaryKey()).ToList())
            {
                entity.RemoveKey(former);
            }

            EndUniqueIndexes(entity);
        }
    }

    /// <summary>The property that names a row's reseller; null if rows may belong to none.</summary>
    public static string? FindTenantProperty(Type entity) =>
        entity.GetCustomAttribute<DividedByAttribute>() is { } divided ? divided.Property
        : entity.IsAssignableTo(typeof(IResellerOwned)) ? nameof(IResellerOwned.ResellerId)
        : null;

    /// <summary>Whether a table's rows are divided by reseller in a database on several servers.</summary>
    public static bool IsDivided(Type entity) =>
        FindTenantProperty(entity) is not null && !entity.IsDefined(typeof(UniqueAcrossResellersAttribute), false);

    private static void LeadPrimaryKey(IMutableEntityType entity)
    {
        var (tenant, key) = (GetTenant(entity), entity.FindPrimaryKey()!);
        if (key.Properties[0] == tenant)
        {
            return;
        }

        var isFoundById = key.Properties.Count == 1 && !entity.ClrType.IsDefined(typeof(FoundWithResellerAttribute), false);
        if (isFoundById)
        {
            // Callers that know no reseller yet, such as a payment provider's web hook, find a row by its id alone.
            entity.AddIndex(key.Properties[0]);
        }

        entity.SetPrimaryKey([tenant, .. key.Properties.Where(p => p != tenant)]);
    }

    private static void LeadForeignKey(IMutableForeignKey foreignKey)
    {
        var tenant = GetTenant(foreignKey.DeclaringEntityType);
        foreignKey.SetProperties(
            [tenant, .. foreignKey.Properties.Where(p => p != tenant)], foreignKey.PrincipalEntityType.FindPrimaryKey()!);
    }

    private static void EndUniqueIndexes(IMutableEntityType entity)
    {
        var tenant = GetTenant(entity);
        if (entity.ClrType.IsDefined(typeof(UniqueAcrossResellersAttribute), false))
        {
            return;
        }

        foreach (var index in entity.GetIndexes().Where(i => i.IsUnique && !i.Properties.Contains(tenant)).ToList())
        {
            var filter = index.GetFilter();
            entity.RemoveIndex(index);
            var replaced = entity.AddIndex([.. index.Properties, tenant]);
            replaced.IsUnique = true;
            if (filter is not null)
            {
                replaced.SetFilter(filter);
            }
        }
    }

    private static IMutableProperty GetTenant(IMutableEntityType entity) => entity.FindProperty(FindTenantProperty(entity.ClrType)!)!;
}
