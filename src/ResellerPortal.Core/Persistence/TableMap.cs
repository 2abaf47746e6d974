using System.Collections.Concurrent;
using System.Data.Common;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace ResellerPortal.Core.Persistence;

/// <summary>
/// Statements and values of one table, taken from the EF model, for writing many rows without a change tracker. Names,
/// types and converters are those that EF itself would use.
/// </summary>
internal sealed class TableMap<TEntity>
    where TEntity : class
{
    private static readonly ConcurrentDictionary<IModel, TableMap<TEntity>> Maps = new();

    private readonly IProperty[] _properties;
    private readonly RelationalTypeMapping[] _mappings;
    private readonly Func<TEntity, object?>[] _getters;
    private readonly ISqlGenerationHelper _sql;

    private TableMap(PortalDbContext db)
    {
        var entity = db.Model.FindEntityType(typeof(TEntity))!;
        _sql = db.GetService<ISqlGenerationHelper>();
        _properties = [.. entity.GetProperties()];
        _mappings = Array.ConvertAll(_properties, p => p.GetRelationalTypeMapping());
        _getters = [.. _properties.Zip(_mappings, Getter)];
        Table = entity.GetTableName()!;
        Keys = [.. entity.FindPrimaryKey()!.Properties.Select(p => p.Name)];
    }

    public string Table { get; }

    public string[] Columns => Array.ConvertAll(_properties, p => p.GetColumnName());

    /// <summary>The primary key's properties.</summary>
    public IReadOnlyList<string> Keys { get; }

    public static TableMap<TEntity> Of(PortalDbContext db) => Maps.GetOrAdd(db.Model, static (_, context) => new TableMap<TEntity>(context), db);

    public string InsertStatement()
    {
        var columns = string.Join(", ", Columns.Select(_sql.DelimitIdentifier));
        return $"INSERT INTO {_sql.DelimitIdentifier(Table)} ({columns}) VALUES ({string.Join(", ", Columns.Select((_, i) => "@p" + i))})";
    }

    /// <summary>Sets some columns of the row with a key; values in the order of <paramref name="properties"/>, then the key's.</summary>
    public string UpdateStatement(IReadOnlyList<string> properties)
    {
        var set = string.Join(", ", properties.Select((name, i) => $"{Column(name)} = @p{i}"));
        return $"UPDATE {_sql.DelimitIdentifier(Table)} SET {set} WHERE {WhereKey(properties.Count)}";
    }

    public string DeleteStatement() => $"DELETE FROM {_sql.DelimitIdentifier(Table)} WHERE {WhereKey(0)}";

    public string ColumnName(string property) => _properties[IndexOf(property)].GetColumnName();

    /// <summary>Values as the database takes them, of all columns or of the properties named.</summary>
    public object?[] Values(TEntity entity, int[]? indexes = null)
    {
        var values = new object?[indexes?.Length ?? _getters.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = _getters[indexes is null ? i : indexes[i]](entity);
        }

        return values;
    }

    public int[] Indexes(IEnumerable<string> properties) => [.. properties.Select(IndexOf)];

    public DbParameter[] Parameters(DbCommand command, int[]? indexes = null) =>
        [.. (indexes ?? [.. Enumerable.Range(0, _mappings.Length)]).Select((index, i) =>
        {
            var parameter = _mappings[index].CreateParameter(command, "@p" + i, null, nullable: true);
            command.Parameters.Add(parameter);
            return parameter;
        })];

    private string Column(string property) => _sql.DelimitIdentifier(ColumnName(property));

    private string WhereKey(int firstParameter) => string.Join(" AND ", Keys.Select((key, i) => $"{Column(key)} = @p{firstParameter + i}"));

    private int IndexOf(string property)
    {
        var index = Array.FindIndex(_properties, p => p.Name == property);
        return index >= 0 ? index : throw new ArgumentException($"{typeof(TEntity).Name} has no mapped property {property}.", nameof(property));
    }

    private static Func<TEntity, object?> Getter(IProperty property, RelationalTypeMapping mapping)
    {
        var entity = Expression.Parameter(typeof(TEntity));
        var value = Expression.Convert(Expression.Property(entity, property.PropertyInfo!), typeof(object));
        var get = Expression.Lambda<Func<TEntity, object?>>(value, entity).Compile();
        return mapping.Converter is { } converter ? e => get(e) is { } model ? converter.ConvertToProvider(model) : null : get;
    }
}
