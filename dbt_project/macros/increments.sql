{#- What a night adds to tables that are not built anew: docs/decisions/0006-cost-follows-what-is-new.md.

    built_until()           newest batch that the tables hold already, as a literal; empty if they hold none
    came_in(batch_id)       whether a row came in since
    forget_documents()      pre-hook: remove the rows of documents of which something came in since
    forget_versions()       pre-hook: remove the rows of versions that came in since
    forget_counts()         pre-hook: remove the rows of counts that the night may have changed
    earlier_table(s, n)     a table as the night before left it, without a dependency; none in a full build
-#}
{% macro built_until() -%}
    '{{ env_var("KETNAP_BUILT_UNTIL", "") }}'
{%- endmacro %}

{% macro came_in(batch_id) -%}
    {{ batch_id }} > {{ built_until() }}
{%- endmacro %}

{% macro forget_documents() -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where document_id in (select changed.document_id from {{ ref('int_documents_changed') }} as changed)
    {%- endif -%}
{%- endmacro %}

{% macro forget_versions() -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where {{ came_in('batch_id') }}
    {%- endif -%}
{%- endmacro %}

{% macro forget_counts() -%}
    {%- if is_incremental() -%}
        delete from {{ this }} as kept
        where
            kept.document_id in (select changed.document_id from {{ ref('int_documents_changed') }} as changed)
            or exists (
                select 1
                from {{ ref('int_counts_changed') }} as changed
                where
                    kept.organisation_id = changed.organisation_id
                    and kept.measure_code = changed.measure_code
                    and kept.group_code = changed.group_code
                    and kept.period_id = changed.period_id
            )
    {%- endif -%}
{%- endmacro %}

{% macro earlier_table(schema, name) -%}
    {%- if execute and not flags.FULL_REFRESH -%}
        {{ return(adapter.get_relation(target.database, schema, name)) }}
    {%- endif -%}
{%- endmacro %}

{#- What a test looks at: of a table that is kept from night to night, or a view of the lake, the rows of what came in
    since. The others were tested when they came in, and all of them are again when the table is built anew. -#}
{% macro get_where_subquery(relation) -%}
    {%- set conditions = [] -%}
    {%- if config.get('where') %}{% do conditions.append('(' ~ config.get('where') ~ ')') %}{% endif -%}
    {%- if execute and env_var("KETNAP_BUILT_UNTIL", "") and not flags.FULL_REFRESH and is_kept(relation) -%}
        {%- do conditions.append(came_in('batch_id')) -%}
    {%- endif -%}
    {%- if conditions -%}
        {{ return('(select * from ' ~ relation ~ ' where ' ~ conditions | join(' and ') ~ ') as tested') }}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}

{% macro is_kept(relation) -%}
    {%- for node in graph.nodes.values() -%}
        {%- if node.resource_type == 'model' and node.name == relation.identifier -%}
            {{ return(node.config.materialized in ['incremental', 'view'] and 'batch_id' in node.columns) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}
