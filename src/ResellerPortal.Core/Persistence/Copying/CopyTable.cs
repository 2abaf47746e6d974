using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Persistence.Copying;

/// <summary>What a column holds, whatever type a provider stores it as.</summary>
public enum CopyValueKind
{
    Boolean,
    Int32,
    Int64,
    Id,
    Date,
    Text,
    Bytes,

    /// <summary>A JSON document, which some providers store in an order and with spaces of their own.</summary>
    Json,
}

/// <param name="ProtectedFor">The Data Protection purpose of an encrypted text; null for others.</param>
/// <param name="IsMember">Whether it names the user of a membership.</param>
/// <param name="JsonBytes">The properties of a document that hold bytes, separated by spaces; providers write them differently.</param>
public sealed record CopyColumn(
    string Name,
    CopyValueKind Kind,
    string? ProtectedFor = null,
    bool IsMember = false,
    string JsonBytes = "");

/// <summary>A table of the model as the same on every provider: its columns ordered by name, and its key.</summary>
public sealed class CopyTable
{
    private CopyTable(ITable table)
    {
        var entity = (IEntityType)table.EntityTypeMappings.First(m => m.IsSharedTablePrincipal != false).TypeBase;
        (Type, Name) = (entity.ClrType, table.Name);
        Access = TableAccess.FromEntity(entity);
        MarkColumns = Type.IsAssignableTo(typeof(IMovable)) ? [nameof(IMovable.MovingSinceUtc)] : [];
        string[] marks = Type.IsAssignableTo(typeof(IMovable)) ? [nameof(IMovable.MovingSinceUtc), nameof(IMovable.MovedAtUtc)] : [];
        Columns =
        [
            .. table.Columns.Where(c => !marks.Contains(c.Name)).OrderBy(c => c.Name, StringComparer.Ordinal)
                .Select(c => CreateColumn(c, entity, Access.Owner)),
        ];
        Key = [.. table.PrimaryKey!.Columns.Select(c => Array.FindIndex(Columns, known => known.Name == c.Name))];
        IsSequenced = Access.Writes == RowWrites.Insert
            && Array.ConvertAll(KeyColumns, c => c.Name)
                is [nameof(ICustomerOwned.ResellerId), nameof(ICustomerOwned.CustomerId), "Sequence", ..];
        GeneratesKeys = entity.FindPrimaryKey()!.Properties is [{ ValueGenerated: ValueGenerated.OnAdd } key] && key.ClrType == typeof(int);
        References = [.. table.ForeignKeyConstraints.Select(f => f.PrincipalTable.Name).Distinct()];
    }

    public Type Type { get; }

    /// <summary>On servers; a file has no schemas.</summary>
    public string? Schema => IsUserTable ? TableAccess.IdentitySchema : null;

    public string Name { get; }

    public TableAccess Access { get; }

    /// <summary>All columns but the marks of a move, of which each database has its own.</summary>
    public CopyColumn[] Columns { get; }

    /// <summary>Columns that say that a row has not arrived completely.</summary>
    public string[] MarkColumns { get; }

    /// <summary>The positions of the key's columns.</summary>
    public int[] Key { get; }

    public CopyColumn[] KeyColumns => Array.ConvertAll(Key, i => Columns[i]);

    /// <summary>
    /// Whether rows are only added, numbered for each customer without gaps and under the customer's lock: what a target holds of a
    /// customer is then a beginning of what the source holds.
    /// </summary>
    public bool IsSequenced { get; }

    /// <summary>Whether the database itself numbers the rows.</summary>
    public bool GeneratesKeys { get; }

    public bool IsUserTable => Access.Owner == TableOwner.Identity;

    public bool IsUsers => Type == typeof(PortalUser);

    /// <summary>The position of the column with a user's id, in a table of users and their credentials.</summary>
    public int UserColumn => Array.FindIndex(Columns, c => c.Name == (IsUsers ? nameof(PortalUser.Id) : nameof(Member.UserId)));

    /// <summary>Whether rows may disappear from it.</summary>
    public bool HasDeletes => Access.Writes.HasFlag(RowWrites.Delete);

    /// <summary>Whether its rows name their reseller.</summary>
    public bool IsOwned => Access.Owner is TableOwner.Customers or TableOwner.Reseller or TableOwner.Customer;

    private string[] References { get; }

    /// <summary>Every table of the model, each after those that it refers to.</summary>
    public static IReadOnlyList<CopyTable> FromModel(DbContext db)
    {
        var waiting = db.Model.GetRelationalModel().Tables
            .Where(t => t.EntityTypeMappings.Any())
            .OrderBy(t => t.Name, StringComparer.Ordinal)
            .Select(t => new CopyTable(t))
            .ToList();
        var ordered = new List<CopyTable>(waiting.Count);
        while (waiting.Count > 0)
        {
            var next = waiting.Find(table => !waiting.Any(other => other != table && table.References.Contains(other.Name)))
                ?? throw new InvalidOperationException($"The tables {string.Join(", ", waiting.Select(t => t.Name))} refer to each other.");
            waiting.Remove(next);
            ordered.Add(next);
        }

        return ordered;
    }

    /// <summary>
    /// Why a table stays behind when a single reseller moves; null if its rows go along. With a whole installation every table goes.
    /// </summary>
    public string? FindReasonToLeave() => this switch
    {
        { Access.Owner: TableOwner.Installation } => "belongs to the installation",
        { Type: var type } when type == typeof(DataProtectionKey) => "the target encrypts with keys of its own",
        { Type: var type } when type.IsAssignableTo(typeof(IIdentityRow)) => "sign-ins end with the move",
        { Access.Owner: TableOwner.Identity, GeneratesKeys: true } => "the portal gives users no claims",
        _ => null,
    };

    private static CopyColumn CreateColumn(IColumn column, IEntityType entity, TableOwner owner)
    {
        if (column.PropertyMappings.FirstOrDefault() is not { } mapping)
        {
            var document = entity.GetNavigations().Single(n => n.TargetEntityType.GetContainerColumnName() == column.Name).TargetEntityType;
            var bytes = document.GetProperties().Where(p => p.ClrType == typeof(byte[])).Select(p => p.GetJsonPropertyName());
            return new CopyColumn(column.Name, CopyValueKind.Json, JsonBytes: string.Join(' ', bytes.Order(StringComparer.Ordinal)));
        }

        var property = mapping.Property;
        var purpose = property.PropertyInfo?.GetCustomAttributes(typeof(ProtectedForAttribute), inherit: false)
            .OfType<ProtectedForAttribute>().SingleOrDefault()?.Purpose;
        var isMember = owner != TableOwner.Identity
            && property.GetContainingForeignKeys().Any(f => f.PrincipalEntityType.ClrType == typeof(PortalUser));
        return new CopyColumn(column.Name, FindKind(property, mapping.TypeMapping.Converter?.ProviderClrType), purpose, isMember);
    }

    /// <param name="stored">The type that the provider's converter makes of a value; null if there is none.</param>
    private static CopyValueKind FindKind(IProperty property, Type? stored)
    {
        var type = Strip(property.GetValueConverter()?.ProviderClrType ?? property.ClrType);
        if (type == typeof(Guid))
        {
            return CopyValueKind.Id;
        }

        type = Strip(stored ?? type);
        return type == typeof(bool) ? CopyValueKind.Boolean
            : type == typeof(int) ? CopyValueKind.Int32
            : type == typeof(long) ? CopyValueKind.Int64
            : type == typeof(DateOnly) ? CopyValueKind.Date
            : type == typeof(string) ? CopyValueKind.Text
            : type == typeof(byte[]) ? CopyValueKind.Bytes
            : throw new NotSupportedException($"{property.DeclaringType.DisplayName()}.{property.Name}: {type.Name} cannot be copied yet.");
    }

    private static Type Strip(Type type) => Nullable.GetUnderlyingType(type) ?? type;
}
