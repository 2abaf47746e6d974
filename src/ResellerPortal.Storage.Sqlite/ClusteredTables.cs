using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.EntityFrameworkCore.Sqlite.Metadata.Internal;

namespace ResellerPortal.Storage.Sqlite;

/// <summary>
/// Marks the tables that the meter writes as WITHOUT ROWID: one tree for rows and key instead of two. The annotation is stored in the
/// migration, so existing migrations do not change with this list.
/// </summary>
#pragma warning disable EF1001 // SQLite's provider has no public base class for additional annotations.
internal sealed class ClusteredTableAnnotations(RelationalAnnotationProviderDependencies dependencies)
    : SqliteAnnotationProvider(dependencies)
#pragma warning restore EF1001
{
    public const string Name = "Portal:WithoutRowId";

    private static readonly string[] Tables = ["LedgerEntry", "LotDraw", "UsageRollup", "Reservation", "WorstCost"];

    public override IEnumerable<IAnnotation> For(ITable table, bool designTime) =>
        Tables.Contains(table.Name) ? base.For(table, designTime).Append(new Annotation(Name, true)) : base.For(table, designTime);
}

/// <summary>Creates marked tables WITHOUT ROWID, for which EF has no API.</summary>
internal sealed class ClusteredTableSqlGenerator(
    MigrationsSqlGeneratorDependencies dependencies,
    IRelationalAnnotationProvider annotations)
    : SqliteMigrationsSqlGenerator(dependencies, annotations)
{
    protected override void Generate(
        CreateTableOperation operation,
        IModel? model,
        MigrationCommandListBuilder builder,
        bool terminate = true)
    {
        var isClustered = operation.FindAnnotation(ClusteredTableAnnotations.Name)?.Value is true;
        base.Generate(operation, model, builder, terminate && !isClustered);
        if (isClustered)
        {
            builder.AppendLine(" WITHOUT ROWID;");
            EndStatement(builder);
        }
    }
}
