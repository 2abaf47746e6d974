using System.Collections.Concurrent;
using System.Data.Common;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Persistence;

/// <summary>
/// Statements, values and rows of one table, derived from the EF model, for reading and writing many rows without the query pipeline and
/// change tracker. Names, types and converters match EF's. Complex properties, such as an address, are not read.
/// </summary>
internal sealed class TableMap<TEntity>
    where TEntity : class
{
    /// <summary>By the statements' type as well, since databases with other statements may have the same model.</summary>
    private static readonly ConcurrentDictionary<(IModel Model, Type Statements), TableMap<TEntity>> Maps = new();

    private readonly ConcurrentDictionary<string, BulkStatement> _selects = new();
    private readonly IProperty[] _properties;
    private readonly RelationalTypeMapping[] _mappings;
    private readonly ConcurrentDictionary<string[], RowStatement<TEntity>> _updates = new();
    private readonly TableStatements _statements;
    private RowStatement<TEntity>? _merge;

    private TableMap(PortalDbContext db, IDatabaseDialect dialect)
    {
        var entity = db.Model.FindEntityType(typeof(TEntity))!;
        _statements = TenantKeys.IsDivided(typeof(TEntity)) ? dialect.Statements.Divided : dialect.Statements;
        _properties = [.. entity.GetProperties()];
        _mappings = Array.ConvertAll(_properties, p => p.GetRelationalTypeMapping());
        Read = Reader();
        Table = entity.GetTableName()!;
        Keys = [.. entity.FindPrimaryKey()!.Properties.Select(p => p.Name)];
    }

    public string Table { get; }

    /// <summary>The primary key's properties.</summary>
    public string[] Keys { get; }

    /// <summary>Creates an entity from a row returned by one of the select statements.</summary>
    public Func<DbDataReader, TEntity> Read { get; }

    public static TableMap<TEntity> Get(PortalDbContext db, IDatabaseDialect dialect)
    {
        var key = (db.Model, dialect.Statements.GetType());
        return Maps.TryGetValue(key, out var known) ? known : Maps.GetOrAdd(key, _ => new TableMap<TEntity>(db, dialect));
    }

    public RowStatement<TEntity> Insert => field ??= new(
        Create(_statements.Insert(Table, Columns()), All) with { IsForEachRow = _statements.InsertsEachRow }, CreateValueReader(All));

    public RowStatement<TEntity> Delete => field ??= new(
        Create(_statements.Delete(Table, ColumnNames(Keys)), Keys), CreateValueReader(Keys));

    /// <summary>Updates the given properties of the row with the entity's key.</summary>
    /// <param name="properties">Must be the same array instance on every call, because statements are cached by it.</param>
    public RowStatement<TEntity> Update(string[] properties) => _updates.GetOrAdd(properties, _ => new(
        Create(_statements.Update(Table, ColumnNames(properties), ColumnNames(Keys)), [.. properties, .. Keys]),
        CreateValueReader([.. properties, .. Keys])));

    /// <summary>Inserts a row or merges it into the existing one. Every call must name the same sums and maxima.</summary>
    public RowStatement<TEntity> Merge(string[] sums, string[] maxima) => _merge ??= new(
        Create(_statements.Merge(Table, Columns(), ColumnNames(Keys), ColumnNames(sums), ColumnNames(maxima)), All),
        CreateValueReader(All));

    /// <summary>Selects complete rows by the values of the given properties, for <see cref="Read"/>.</summary>
    /// <param name="condition">An additional condition, built with <see cref="Column"/>.</param>
    public BulkStatement Select(string[] by, bool isLocking, string? condition = null) => _selects.GetOrAdd(
        $"{string.Join(',', by)} {isLocking} {condition}",
        _ => Create(_statements.Select(Table, Columns(), ColumnNames(by), condition, ColumnNames(Keys), isLocking), by));

    public string Column(string property) => _statements.Quote(ColumnName(property));

    /// <summary>Returns a function that converts values of the given properties to their stored form.</summary>
    public Func<object?[], object?[]> Stored(string[] properties)
    {
        var converters = Array.ConvertAll(properties, name => _mappings[IndexOf(name)].Converter);
        return values => [
            .. values.Select(
                (value, i) => value is not null && converters[i] is { } converter ? converter.ConvertToProvider(value) : value),
        ];
    }

    /// <summary>Converts the key of a reseller's row to the stored form of <see cref="Keys"/>.</summary>
    public Func<RowKey, object?[]> StoreKey => field ??= CreateKeyStore();

    private Func<RowKey, object?[]> CreateKeyStore()
    {
        var key = Expression.Parameter(typeof(RowKey));
        Expression[] parts = [Expression.Property(key, nameof(RowKey.Reseller)), Expression.Property(key, nameof(RowKey.Id))];
        var stored = parts.Zip(Keys, (part, name) =>
        {
            var (property, converter) = (_properties[IndexOf(name)], _mappings[IndexOf(name)].Converter);
            var value = part.Type == property.ClrType ? part
                : Expression.New(property.ClrType.GetConstructor([part.Type])!, part);
            return Expression.Convert(
                converter is null ? value : Expression.Invoke(converter.ConvertToProviderExpression, value), typeof(object));
        });
        return Expression.Lambda<Func<RowKey, object?[]>>(Expression.NewArrayInit(typeof(object), stored), key).Compile();
    }

    /// <param name="properties">Whose values are the parameters.</param>
    private BulkStatement Create(string text, string[] properties) =>
        new(text, CreateParameters(properties), _statements.FindShared(ColumnNames(properties)));

    private string[] All => Array.ConvertAll(_properties, p => p.Name);

    private Func<DbCommand, DbParameter[]> CreateParameters(string[] properties)
    {
        var indexes = Array.ConvertAll(properties, IndexOf);
        return command => [.. indexes.Select((index, i) =>
        {
            var parameter = _mappings[index].CreateParameter(command, "@p" + i, null, _properties[index].IsNullable);
            command.Parameters.Add(parameter);
            return parameter;
        })];
    }

    /// <summary>Creates a function that adds the given properties of a row in their stored form.</summary>
    private Action<TEntity, IRowValues> CreateValueReader(string[] properties)
    {
        var (entity, target) = (Expression.Parameter(typeof(TEntity)), Expression.Parameter(typeof(IRowValues)));
        var said = properties.Select(IndexOf).Select(i => CreateAddCall(entity, target, _properties[i], _mappings[i]));
        return Expression.Lambda<Action<TEntity, IRowValues>>(Expression.Block(said), entity, target).Compile();
    }

    private string[] Columns() => Array.ConvertAll(_properties, p => p.GetColumnName());

    private string[] ColumnNames(string[] properties) => Array.ConvertAll(properties, ColumnName);

    private string ColumnName(string property) => _properties[IndexOf(property)].GetColumnName();

    private int IndexOf(string property)
    {
        var index = Array.FindIndex(_properties, p => p.Name == property);
        return index >= 0
            ? index
            : throw new ArgumentException($"{typeof(TEntity).Name} has no mapped property {property}.", nameof(property));
    }

    /// <summary>Creates the call that adds a property in its stored form, with the converter's expression inlined.</summary>
    private static Expression CreateAddCall(Expression entity, Expression target, IProperty property, RelationalTypeMapping mapping)
    {
        Expression value = Expression.Property(entity, property.PropertyInfo!);
        var isNullable = !value.Type.IsValueType || Nullable.GetUnderlyingType(value.Type) is not null;
        var stored = mapping.Converter is { } converter
            ? Expression.Invoke(converter.ConvertToProviderExpression, AsType(value, converter.ModelClrType))
            : AsType(value, Nullable.GetUnderlyingType(value.Type) ?? value.Type);
        var take = typeof(IRowValues).GetMethod(nameof(IRowValues.Add), [stored.Type])!;
        var said = Expression.Call(target, take, AsType(stored, take.GetParameters()[0].ParameterType));
        return isNullable
            ? Expression.IfThenElse(
                Expression.Equal(value, Expression.Constant(null, value.Type)),
                Expression.Call(target, nameof(IRowValues.Add), null, Expression.Constant(null, typeof(object))),
                said)
            : said;
    }

    private static Expression AsType(Expression value, Type type) => value.Type == type ? value : Expression.Convert(value, type);

    private Func<DbDataReader, TEntity> Reader()
    {
        var reader = Expression.Parameter(typeof(DbDataReader));
        var bindings = _properties.Zip(_mappings).Select(
            (p, i) => Expression.Bind(p.First.PropertyInfo!, CreateValueExpression(reader, p.First, p.Second, i)));
        return Expression.Lambda<Func<DbDataReader, TEntity>>(Expression.MemberInit(
            Expression.New(typeof(TEntity)), bindings), reader).Compile();
    }

    private static Expression CreateValueExpression(
        ParameterExpression reader,
        IProperty property,
        RelationalTypeMapping mapping,
        int ordinal)
    {
        var at = Expression.Constant(ordinal);
        var stored = mapping.CustomizeDataReaderExpression(Expression.Call(reader, mapping.GetDataReaderMethod(), at));
        if (mapping.Converter is { } converter)
        {
            stored = Expression.Invoke(converter.ConvertFromProviderExpression, AsType(stored, converter.ProviderClrType));
        }

        var value = AsType(stored, property.ClrType);
        return property.IsNullable
            ? Expression.Condition(
                Expression.Call(reader, typeof(DbDataReader).GetMethod(nameof(DbDataReader.IsDBNull))!, at),
                Expression.Default(property.ClrType),
                value)
            : value;
    }
}

/// <summary>A statement that writes rows, and the function that supplies a row's values.</summary>
internal sealed record RowStatement<TEntity>(BulkStatement Text, Action<TEntity, IRowValues> Values);
